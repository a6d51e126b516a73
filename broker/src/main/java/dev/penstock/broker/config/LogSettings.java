package dev.penstock.broker.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The program's own log, which always goes to standard error.
 *
 * @param file empty = no file
 */
public record LogSettings(
        @Setting(key = "level", doc = "Least severe level of our own messages.", fallback = "info")
        Level level,

        @Setting(
                key = "file",
                doc = "Writes the log to this file too. A relative path starts at the configuration file.")
        Optional<Path> file,

        @Setting(
                key = "file_size",
                doc = "At this size the log file is put aside and a new one begun.",
                fallback = "32MiB",
                atLeast = "64KiB",
                atMost = "4GiB")
        long fileBytes,

        @Setting(
                key = "files_kept",
                doc = "How many files put aside are kept.",
                fallback = "8",
                atLeast = "1",
                atMost = "1000")
        int filesKept) {

    /** Levels of the log. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
