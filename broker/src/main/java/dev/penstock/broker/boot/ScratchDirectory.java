package dev.penstock.broker.boot;

import dev.penstock.storage.kv.rocks.RocksLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where libraries unpack their native parts: {@code tmp} in the data directory, emptied at each start, and {@code native} for
 * RocksDB's, which is large and kept. By themselves they would use the system's directory for temporary files and clean up at an orderly end only, so that a node that was killed,
 * or stopped itself, left 15 MB there each time. Used by the starting thread, once the data directory is locked and before
 * anything native is loaded.
 */
final class ScratchDirectory {

    /** What zstd-jni and both copies of Netty look at. The property {@code java.io.tmpdir} is read too early to be set here. */
    private static final List<String> PROPERTIES =
            List.of("ZstdTempFolder", "io.netty.native.workdir", "org.apache.ratis.thirdparty.io.netty.native.workdir");

    private ScratchDirectory() {}

    static void use(Path dataDirectory) throws IOException {
        Path scratch = empty(dataDirectory);
        Path kept = dataDirectory.resolve("native").toAbsolutePath();
        PROPERTIES.forEach(property -> System.setProperty(property, scratch.toString()));
        try {
            RocksLibrary.loadFrom(kept);
        } catch (UnsatisfiedLinkError e) {
            throw new IOException("RocksDB cannot be loaded from " + kept + "; is its file system mounted noexec?", e);
        }
    }

    static Path empty(Path dataDirectory) throws IOException {
        Path scratch = dataDirectory.resolve("tmp").toAbsolutePath();
        if (Files.exists(scratch)) {
            deleteAll(scratch);
        }
        return Files.createDirectory(scratch);
    }

    private static void deleteAll(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
