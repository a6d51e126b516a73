package dev.penstock.broker.plan;

/**
 * The event of a group's message, where it stands: in the group's stream, or, if the message was put back from the dead
 * letters, in their stream.
 *
 * @param index of it in the batch
 * @param offset in the group's stream, wherever it stands
 */
public record GroupEvent(LogBatch batch, int index, long offset) {

    public int bodyLength() {
        return batch.columns().bodyLength(index);
    }
}
