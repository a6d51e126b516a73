package dev.penstock.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.cluster.postgres.BinariesPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldKeepNamesAndSecretsFromOneStartToTheNext() throws IOException {
        DemoState first = DemoState.openOrCreate(directory, 7801, true);
        DemoState second = DemoState.openOrCreate(directory, 9999, true);

        assertThat(second).isEqualTo(first);
        assertThat(second.httpPort()).isEqualTo(7801);
        assertOwnerOnly(directory.resolve("demo.properties"));
    }

    @Test
    void shouldUseNamesOfItsOwnInADatabaseOfOthers() throws IOException {
        DemoState embedded = DemoState.openOrCreate(Files.createDirectory(directory.resolve("a")), 7801, true);
        DemoState given = DemoState.openOrCreate(Files.createDirectory(directory.resolve("b")), 7801, false);

        assertThat(embedded.names().slot()).isEqualTo("penstock");
        assertThat(given.names().slot()).startsWith("penstock_demo_").hasSizeGreaterThan(15);
        assertThat(given.names().role()).matches("[a-z0-9_]+");
    }

    @Test
    void shouldRefuseAStateFileThatIsNotADemos() throws IOException {
        Files.writeString(directory.resolve("demo.properties"), "colour=blue\n");

        assertThatThrownBy(() -> DemoState.openOrCreate(directory, 7801, true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a demo's");
    }

    @Test
    void shouldReplaceAFileInOneStepAndLeaveNoDraft() throws IOException {
        Path file = directory.resolve("deep").resolve("info.json");
        SecretFile.replace(file, "one");
        SecretFile.replace(file, "two");

        assertThat(file).hasContent("two");
        assertOwnerOnly(file);
        try (Stream<Path> files = Files.list(directory.resolve("deep"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldRemoveOnlyItsOwnContext() throws IOException {
        Path file = directory.resolve("context.json");
        ContextFile first = new ContextFile(file, "http://127.0.0.1:7801", "a.b");
        ContextFile second = new ContextFile(file, "http://127.0.0.1:9801", "c.d");
        first.write();
        second.write();

        first.remove();
        assertThat(file).hasContent("{\"url\":\"http://127.0.0.1:9801\",\"token\":\"c.d\"}\n");

        second.remove();
        assertThat(file).doesNotExist();
    }

    @Test
    void shouldFollowTheUsersDirectories() {
        assertThat(BinariesPlace.usual(Map.of(), "/home/u")).isEqualTo(Path.of("/home/u/.cache/penstock/postgres"));
        assertThat(BinariesPlace.usual(Map.of("XDG_CACHE_HOME", "/c"), "/home/u"))
                .isEqualTo(Path.of("/c/penstock/postgres"));
        assertThat(BinariesPlace.usual(Map.of("XDG_CACHE_HOME", "relative"), "/home/u"))
                .isEqualTo(Path.of("/home/u/.cache/penstock/postgres"));
    }

    private static void assertOwnerOnly(Path file) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }
}
