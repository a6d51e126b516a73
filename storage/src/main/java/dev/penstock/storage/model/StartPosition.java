package dev.penstock.storage.model;

/** Where a group begins or is moved to. {@code Earliest} and {@code Latest} are resolved when the command is applied. */
public sealed interface StartPosition {
    /** The offset meant in a stream that holds [earliest, end). */
    long resolve(long earliest, long end);

    record Earliest() implements StartPosition {
        @Override
        public long resolve(long earliest, long end) {
            return earliest;
        }
    }

    record Latest() implements StartPosition {
        @Override
        public long resolve(long earliest, long end) {
            return end;
        }
    }

    /** The first event wanted; must lie between the stream's earliest offset and its end. */
    record AtOffset(long offset) implements StartPosition {
        @Override
        public long resolve(long earliest, long end) {
            return offset;
        }
    }
}
