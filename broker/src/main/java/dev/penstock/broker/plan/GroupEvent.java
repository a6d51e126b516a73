package dev.penstock.broker.plan;

import dev.penstock.storage.model.DeadLetter;
import java.util.Optional;

/**
 * The event of a group's message, where it stands: in the group's stream, or, if the message was put back from the dead
 * letters, in their stream.
 *
 * @param index of it in the batch
 * @param offset in the group's stream, wherever it stands
 * @param letter what is known of a message that died before; empty of one of the group's stream
 */
public record GroupEvent(LogBatch batch, int index, long offset, Optional<DeadLetter> letter) {

    /** Of the group's stream. */
    public GroupEvent(LogBatch batch, int index, long offset) {
        this(batch, index, offset, Optional.empty());
    }

    public int bodyLength() {
        return batch.columns().bodyLength(index);
    }
}
