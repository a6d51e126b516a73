package dev.penstock.storage.model;

/**
 * Where a group begins or is moved to. {@code Earliest} and {@code Latest} are resolved when the command is applied; a time
 * or an LSN by the leader that proposes it, since that takes a look into the log.
 */
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

    /** Not looked up yet. */
    long UNRESOLVED = -1;

    /** Whether the same was asked for, wherever it led. */
    default boolean isSameRequest(StartPosition other) {
        return equals(other);
    }

    /**
     * The first event that was committed then or later.
     *
     * @param micros since 1970 UTC
     * @param offset of that event, {@link #UNRESOLVED} as long as nobody looked it up
     */
    record AtTime(long micros, long offset) implements StartPosition {
        @Override
        public long resolve(long earliest, long end) {
            return offset;
        }

        @Override
        public boolean isSameRequest(StartPosition other) {
            return other instanceof AtTime time && time.micros == micros;
        }
    }

    /**
     * The first event of the source's present epoch that was committed there or later.
     *
     * @param offset of that event, {@link #UNRESOLVED} as long as nobody looked it up
     */
    record AtLsn(Lsn lsn, long offset) implements StartPosition {
        @Override
        public long resolve(long earliest, long end) {
            return offset;
        }

        @Override
        public boolean isSameRequest(StartPosition other) {
            return other instanceof AtLsn at && at.lsn.equals(lsn);
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
