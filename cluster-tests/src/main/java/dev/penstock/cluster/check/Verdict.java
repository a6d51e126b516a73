package dev.penstock.cluster.check;

import java.util.List;

/**
 * The outcome of a check.
 *
 * @param committed row changes whose COMMIT succeeded
 * @param delivered distinct ones of these that the consumer acked with success
 * @param lost committed and not delivered
 * @param missing committed and not in the log; part of {@code lost} too
 * @param redelivered further deliveries before the ack: allowed
 * @param duplicated log entries beyond one per change, and deliveries after a successful ack
 * @param outOfOrder log entries that stand before an earlier change of their row, or at a position that does not rise
 * @param torn transactions that are not whole and contiguous in the log
 * @param phantom log entries of changes that were never committed
 * @param overlapping second deliveries within the lease of an earlier one
 * @param examples a sentence for each of the first violations
 */
public record Verdict(
        long committed,
        long delivered,
        long lost,
        long missing,
        long redelivered,
        long duplicated,
        long outOfOrder,
        long torn,
        long phantom,
        long overlapping,
        List<String> examples) {
    public Verdict {
        examples = List.copyOf(examples);
    }

    /** True if every promise was kept. */
    public boolean clean() {
        return lost == 0
                && missing == 0
                && duplicated == 0
                && outOfOrder == 0
                && torn == 0
                && phantom == 0
                && overlapping == 0;
    }
}
