package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What the sender of one message is told.
 *
 * @param offset in the log; empty if it was not there in time
 */
record SentAnswer(SentMessage message, UUID id, boolean fifo, OptionalLong offset) {

    /** The members, into an object that is open. */
    void write(JsonGenerator out) throws IOException {
        out.writeStringField("MessageId", id.toString());
        out.writeStringField("MD5OfMessageBody", message.md5OfBody());
        if (!message.attributes().isEmpty()) {
            out.writeStringField("MD5OfMessageAttributes", MessageAttributes.md5(message.attributes()));
        }
        if (!message.system().isEmpty()) {
            out.writeStringField("MD5OfMessageSystemAttributes", MessageAttributes.md5(message.system()));
        }
        if (fifo && offset.isPresent()) {
            out.writeStringField("SequenceNumber", sequenceNumber(offset.getAsLong()));
        }
    }

    /** Rising, and of one width: clients compare it as text. */
    static String sequenceNumber(long offset) {
        return String.format(Locale.ROOT, "%020d", offset);
    }
}
