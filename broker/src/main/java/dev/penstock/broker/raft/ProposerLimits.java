package dev.penstock.broker.raft;

/**
 * Bounds of the proposer.
 *
 * @param maxLeaseEntryBytes target size of an entry of lease commands
 * @param maxAppendEntryBytes target size of an entry of appends
 * @param maxCommandBytes one command (or one caller's list) larger than the targets goes alone, up to this
 * @param maxQueuedBytes per lane, waiting to be handed to Raft; beyond it callers are refused
 * @param maxQueuedCommands the same, counted
 * @param maxOutstandingAppendBytes handed to Raft and not yet applied, when no lease command is about
 * @param maxOutstandingAppends the same, counted in entries
 * @param leaseTargetMillis while lease commands are about, so much commit time of appends may be under way
 * @param calmTargetMillis the same while no lease command is about
 * @param deadlineMillis after this a caller hears that its outcome is unknown, although the entry may still apply
 */
public record ProposerLimits(
        int maxLeaseEntryBytes,
        int maxAppendEntryBytes,
        int maxCommandBytes,
        int maxQueuedBytes,
        int maxQueuedCommands,
        int maxOutstandingAppendBytes,
        int maxOutstandingAppends,
        int leaseTargetMillis,
        int calmTargetMillis,
        int deadlineMillis) {

    /** An event of 16 MiB as rendered, and what batch, command and envelope put around it. */
    private static final int LARGEST_COMMAND_BYTES = (16 << 20) + (1 << 20);

    public static ProposerLimits defaults() {
        return new ProposerLimits(
                512 << 10, 1 << 20, LARGEST_COMMAND_BYTES, 32 << 20, 50_000, 16 << 20, 64, 15, 100, 10_000);
    }
}
