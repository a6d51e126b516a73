package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import java.util.Optional;

/** What became of a receipt handle, in AWS' words; empty where AWS says 200. Stateless. */
final class HandleOutcomes {

    private HandleOutcomes() {}

    /** Standard queues take any handle, also of a message that is gone or purged; FIFO queues fence. */
    static Optional<SqsFailure> ofDelete(ItemOutcome outcome, String handle, boolean fifo) {
        return switch (outcome) {
            case OK, SETTLED -> Optional.empty();
            case SOUGHT_PAST -> fifo ? Optional.of(lost(handle, true)) : Optional.empty();
            case LEASE_LOST -> Optional.of(lost(handle, fifo));
            case INVALID -> Optional.of(SqsFailure.invalidHandle(handle));
        };
    }

    static Optional<SqsFailure> ofChange(ItemOutcome outcome, String handle, boolean fifo) {
        return switch (outcome) {
            case OK -> Optional.empty();
            case SETTLED, SOUGHT_PAST ->
                Optional.of(SqsFailure.invalidValue(
                        handle,
                        "ReceiptHandle",
                        "Message does not exist or is not available for visibility timeout change."));
            case LEASE_LOST -> Optional.of(lost(handle, fifo));
            case INVALID -> Optional.of(SqsFailure.invalidHandle(handle));
        };
    }

    /** On a standard queue only a handle from before a seek back is lost: it names nothing any more. */
    private static SqsFailure lost(String handle, boolean fifo) {
        return fifo
                ? SqsFailure.invalidValue(handle, "ReceiptHandle", "The receipt handle has expired.")
                : SqsFailure.invalidHandle(handle);
    }
}
