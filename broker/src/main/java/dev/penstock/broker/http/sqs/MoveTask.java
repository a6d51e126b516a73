package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.DeadLetterService.Changed;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** One message-move task: what was asked for, and how far it is. Thread-safe. */
final class MoveTask {

    /** As AWS names them. */
    private enum Status {
        RUNNING,
        COMPLETED,
        CANCELLING,
        CANCELLED,
        FAILED
    }

    /** AWS' own: the queue in which a message died is not there, or not its kind, any more. */
    private static final String NO_SOURCE = "CouldNotDetermineMessageSource";

    final String handle;
    final OptionalInt rate;
    private final String sourceArn;
    private final Optional<String> destinationArn;
    private final long toMove;
    private final long startedMillis;
    private Status status = Status.RUNNING;
    private String failure = "";
    private long moved;
    private long stuck;

    /** @param toMove how many there were when it began, about */
    MoveTask(
            String handle,
            String sourceArn,
            Optional<String> destinationArn,
            OptionalInt rate,
            long toMove,
            long startedMillis) {
        this.handle = handle;
        this.sourceArn = sourceArn;
        this.destinationArn = destinationArn;
        this.rate = rate;
        this.toMove = toMove;
        this.startedMillis = startedMillis;
    }

    synchronized boolean isActive() {
        return status == Status.RUNNING || status == Status.CANCELLING;
    }

    /** False if it does not run. */
    synchronized boolean cancel() {
        boolean runs = status == Status.RUNNING;
        if (runs) {
            status = Status.CANCELLING;
        }
        return runs;
    }

    /** Asked before each step: one that is to be cancelled is so then. */
    synchronized boolean goesOn() {
        if (status == Status.CANCELLING) {
            status = Status.CANCELLED;
        }
        return status == Status.RUNNING;
    }

    /** A step was done; true if the task is to go on. */
    synchronized boolean moved(Changed changed) {
        moved += changed.changed();
        stuck += changed.looked() - changed.changed();
        if (status == Status.CANCELLING) {
            status = Status.CANCELLED;
        } else if (changed.next().isEmpty()) {
            status = stuck > 0 && moved == 0 ? Status.FAILED : Status.COMPLETED;
            failure = status == Status.FAILED ? NO_SOURCE : "";
        }
        return status == Status.RUNNING;
    }

    synchronized void failed(String reason) {
        status = Status.FAILED;
        failure = reason;
    }

    synchronized long movedSoFar() {
        return moved;
    }

    synchronized void write(JsonGenerator out) throws IOException {
        out.writeStartObject();
        if (status == Status.RUNNING) {
            out.writeStringField("TaskHandle", handle);
        }
        out.writeStringField("Status", status.name());
        out.writeStringField("SourceArn", sourceArn);
        if (destinationArn.isPresent()) {
            out.writeStringField("DestinationArn", destinationArn.get());
        }
        if (rate.isPresent()) {
            out.writeNumberField("MaxNumberOfMessagesPerSecond", rate.getAsInt());
        }
        out.writeNumberField("ApproximateNumberOfMessagesMoved", moved);
        out.writeNumberField("ApproximateNumberOfMessagesToMove", Math.max(toMove, moved));
        if (!failure.isEmpty()) {
            out.writeStringField("FailureReason", failure);
        }
        out.writeNumberField("StartedTimestamp", startedMillis);
        out.writeEndObject();
    }
}
