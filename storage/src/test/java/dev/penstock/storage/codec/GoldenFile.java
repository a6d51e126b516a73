package dev.penstock.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Bytes of a released format, as lines of text under {@code src/test/resources/golden}. They never change: what a later
 * version adds gets lines or files of its own. {@code -Dpenstock.golden.write=true} writes files that are missing.
 */
public final class GoldenFile {

    private static final Path DIRECTORY = Path.of("src", "test", "resources", "golden");

    private GoldenFile() {}

    /** The lines of the file; of a missing one, on request, these. */
    public static List<String> lines(String name, Supplier<List<String>> ifMissing) {
        Path file = DIRECTORY.resolve(name);
        try {
            if (!Files.exists(file) && Boolean.getBoolean("penstock.golden.write")) {
                Files.createDirectories(DIRECTORY);
                Files.write(file, ifMissing.get());
            }
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("expected the golden file " + file.toAbsolutePath(), e);
        }
    }

    /** What this version writes must be what stands in the file. */
    public static void check(String name, List<String> seen) {
        assertThat(seen)
                .as("bytes of " + name + ": a released format never changes; add a new version beside it")
                .isEqualTo(lines(name, () -> seen));
    }
}
