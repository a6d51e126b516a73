package dev.penstock.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchDirectoryTest {

    @TempDir
    Path data;

    @Test
    void shouldRemoveWhatAKilledProcessLeft() throws IOException {
        // given
        Files.createDirectories(data.resolve("tmp/deep"));
        Files.writeString(data.resolve("tmp/deep/librocksdbjni-linux64.so"), "left by a killed process");
        Files.writeString(data.resolve("identity"), "stays");

        // when
        Path scratch = ScratchDirectory.empty(data);

        // then
        assertThat(scratch).isEqualTo(data.resolve("tmp")).isEmptyDirectory();
        assertThat(data.resolve("identity")).exists();
    }

    @Test
    void shouldMakeIt() throws IOException {
        assertThat(ScratchDirectory.empty(data)).isEmptyDirectory();
    }
}
