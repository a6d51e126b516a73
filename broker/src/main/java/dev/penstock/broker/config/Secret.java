package dev.penstock.broker.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A secret, or where it is. Printing one never shows it. Immutable. */
public sealed interface Secret {

    /** Longer than any password; a larger file is not a secret but a mistake. */
    int MAX_FILE_BYTES = 64 * 1024;

    /**
     * The secret itself. A file is read anew at each call, so that a rotated secret is picked up; throws
     * {@link Unreadable} if that fails.
     */
    String reveal();

    /** Written in the configuration file. */
    record Inline(String value) implements Secret {
        @Override
        public String reveal() {
            return value;
        }

        @Override
        public String toString() {
            return "in the configuration file";
        }
    }

    /** A variable of the environment, as it was at start. */
    record FromEnvironment(String name, String value) implements Secret {
        @Override
        public String reveal() {
            return value;
        }

        @Override
        public String toString() {
            return "env:" + name;
        }
    }

    /** A file that holds the secret and nothing else; one line end after it is not part of it. */
    record FromFile(Path path) implements Secret {
        @Override
        public String reveal() {
            try {
                if (Files.size(path) > MAX_FILE_BYTES) {
                    throw new Unreadable(path + " is larger than " + MAX_FILE_BYTES + " bytes, so it is no secret");
                }
                String text = Files.readString(path).replaceFirst("\\r?\\n\\z", "");
                if (text.isEmpty()) {
                    throw new Unreadable(path + " is empty");
                }
                return text;
            } catch (IOException e) {
                throw new Unreadable(path + " cannot be read (" + e.getClass().getSimpleName() + ")", e);
            }
        }

        @Override
        public String toString() {
            return "file:" + path;
        }
    }

    /** A secret's file cannot be used. The message names the file, never its content. */
    final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }

        Unreadable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
