package dev.penstock.storage.model;

/**
 * What the log knows of a source. Moved only by committed commands.
 *
 * @param streamId number of the source's stream, given at its intent
 * @param epoch our own counter, from 1; moved only with evidence
 * @param last position of the last stored event, {@link SourcePosition#ORIGIN} before the first
 * @param lastInTransaction true if {@code last} ends its transaction (or nothing is stored)
 * @param bound the highest LSN that may be reported to Postgres as flushed
 * @param systemId system identifier of the Postgres cluster as text; empty before ready
 * @param timeline from which the server streams: the one at ready, or a later one that was found to have all that is
 *     stored; 0 before ready
 * @param consistentPoint where the slot began; {@link Lsn#ZERO} before ready
 * @param stopReason why the source is stopped; empty unless {@code phase} is STOPPED
 */
public record SourceState(
        String name,
        int streamId,
        String database,
        String slot,
        String publication,
        Phase phase,
        int epoch,
        SourcePosition last,
        boolean lastInTransaction,
        Lsn bound,
        String systemId,
        int timeline,
        Lsn consistentPoint,
        String stopReason) {

    /** The code is stored format: never renumber. */
    public enum Phase {
        /** Publication and slot are being created, or are about to be. */
        INTENT(1),
        /** Both exist; from here on nothing is ever created again: absence is a gap. */
        READY(2),
        /** A gap was recorded; only an operator's decision resumes. */
        STOPPED(3);

        private final int code;

        Phase(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        public static Phase ofCode(int code) {
            return switch (code) {
                case 1 -> INTENT;
                case 2 -> READY;
                case 3 -> STOPPED;
                default -> throw new IllegalArgumentException("expected a source phase 1 to 3, but got " + code);
            };
        }
    }
}
