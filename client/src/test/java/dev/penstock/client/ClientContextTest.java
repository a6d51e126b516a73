package dev.penstock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientContextTest {

    @TempDir
    Path directory;

    @Test
    void shouldKnowTheUsualPlace() {
        assertThat(ClientContext.usualPlace(Map.of("XDG_STATE_HOME", "/x"), "/home/u"))
                .isEqualTo(Path.of("/x/penstock/context.json"));
        assertThat(ClientContext.usualPlace(Map.of("XDG_STATE_HOME", "relative"), "/home/u"))
                .isEqualTo(Path.of("/home/u/.local/state/penstock/context.json"));
        assertThat(ClientContext.usualPlace(Map.of(), "/home/u"))
                .isEqualTo(Path.of("/home/u/.local/state/penstock/context.json"));
    }

    @Test
    void shouldReadWhatADemoWrote() throws IOException {
        // given
        Path file =
                Files.writeString(directory.resolve("c.json"), "{\"url\":\"http://a:1\",\"token\":\"id.hunter2\"}\n");

        // when
        ClientContext context = ClientContext.read(file).orElseThrow();

        // then
        assertThat(context).isEqualTo(new ClientContext("http://a:1", "id.hunter2"));
        assertThat(context.toString()).doesNotContain("hunter2");
        assertThat(ClientContext.read(directory.resolve("none"))).isEmpty();
    }

    @Test
    void shouldRefuseAFileOfNoUseWithoutQuotingIt() throws IOException {
        for (String text : new String[] {"hunter2", "{}", "{\"url\":\"x\"}", ""}) {
            Path file = Files.writeString(directory.resolve("c.json"), text);
            assertThatThrownBy(() -> ClientContext.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString())
                    .message()
                    .doesNotContain("hunter2");
        }
    }
}
