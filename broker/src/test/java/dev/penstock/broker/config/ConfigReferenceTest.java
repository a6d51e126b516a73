package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReferenceTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void shouldBeThePageInDocs() throws IOException {
        // given
        String generated = ConfigReference.markdown();
        if (Boolean.getBoolean("penstock.docs.write")) {
            Files.writeString(PAGE, generated);
        }

        // then
        assertThat(Files.readString(PAGE))
                .as("docs/configuration.md is generated: see the comment at its top")
                .isEqualTo(generated);
    }

    @Test
    void shouldNameEveryKey() {
        String generated = ConfigReference.markdown();
        assertThat(new KnownKeys(NodeConfig.class).all())
                .allSatisfy(key -> assertThat(generated).contains("`" + key + "`"));
    }

    @Test
    void shouldShowAnExampleThatLoads(@TempDir Path directory) throws IOException {
        // given
        Files.writeString(directory.resolve("cluster.secret"), SettingsFile.SECRET + "\n");
        String page = ConfigReference.markdown();
        int start = page.indexOf("```yaml\n") + "```yaml\n".length();

        // when
        NodeConfig config = SettingsFile.load(
                directory,
                page.substring(start, page.indexOf("```", start)),
                Map.of("PENSTOCK_DB_PASSWORD", "x", "PENSTOCK_APP_SECRET", "0123456789abcdef"));

        // then
        assertThat(config.self().http()).isEqualTo(new Address("a.example", 7800));
        assertThat(config.cluster().secret().reveal()).isEqualTo(SettingsFile.SECRET);
    }
}
