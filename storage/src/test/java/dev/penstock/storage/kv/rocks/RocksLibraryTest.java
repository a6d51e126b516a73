package dev.penstock.storage.kv.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksLibraryTest {

    @TempDir
    Path directory;

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    @Test
    void shouldKeepWhatIsWholeAndReplaceWhatIsNot() throws IOException {
        // given: unpacked once
        RocksLibrary.loadFrom(directory);
        Path library = onlyFile();
        byte[] whole = Files.readAllBytes(library);
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(library, longAgo);

        // when, then: a second process finds it
        RocksLibrary.loadFrom(directory);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(longAgo);

        // when, then: one that a power cut damaged, at its full length, is unpacked anew, and what lies about is
        // removed
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 1;
        Files.delete(library);
        Files.write(library, damaged);
        Files.writeString(directory.resolve("librocksdbjni-of-before.so"), "another version");
        RocksLibrary.loadFrom(directory);
        assertThat(onlyFile()).isEqualTo(library).hasBinaryContent(whole);
    }
}
