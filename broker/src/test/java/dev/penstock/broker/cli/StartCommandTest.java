package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCommandTest {

    @TempDir
    Path directory;

    @Test
    void shouldListAllProblemsOfTheConfigurationAndStartNothing() throws IOException {
        // given
        Path file = Files.writeString(
                directory.resolve("penstock.yaml"), "cluster: { id: c1 }\nhttp: { bnid: x }\nkeys: [{ id: '' }]\n");

        // when
        CliRun run = CliRun.of(directory, "start", "--config", file.toString());

        // then
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .hasSize(9)
                .startsWith("penstock: " + file + " has 7 problems; nothing was started")
                .contains("  " + file + ":2: http.bnid: unknown key; did you mean http.bind?")
                .endsWith("  see: docs/configuration.md");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void shouldSayThatThereIsNoConfiguration() {
        CliRun run = CliRun.of(
                directory, "start", "--config", directory.resolve("none.yaml").toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("has 1 problem;")
                .contains("no such file")
                .contains("penstock init");
    }
}
