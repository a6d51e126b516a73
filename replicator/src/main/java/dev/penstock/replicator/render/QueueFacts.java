package dev.penstock.replicator.render;

import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.replicator.render.EnvelopeReader.Envelope;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.QueueConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * What the index of a batch says of a logical message to a queue, whether or not there is such a queue.
 *
 * @param keyHash hash of the queue and the message's group, the same under both prefixes; 0 = no message to a queue
 * @param facts its delay and what its repetitions are known by
 */
public record QueueFacts(long keyHash, MessageFacts facts) {

    /** The group of messages that name none: they are in order among themselves. */
    public static final String DEFAULT_GROUP = "default";

    /** Where a table has its schema: there is none of this name. */
    private static final String NO_SCHEMA = "";

    private static final QueueFacts NONE = new QueueFacts(0, MessageFacts.NONE);

    public static QueueFacts of(PgOutputMessage.Logical message) {
        String prefix = message.prefix();
        if (!QueueConfig.isPrefix(prefix)) {
            return NONE;
        }
        String queue = QueueConfig.groupOf(prefix);
        Optional<Envelope> envelope = QueueConfig.isEnvelopePrefix(prefix)
                ? EnvelopeReader.read(message.bytes(), message.start(), message.end())
                : Optional.empty();
        String group = envelope.flatMap(Envelope::group).orElse(DEFAULT_GROUP);
        byte[] groupBytes = group.getBytes(StandardCharsets.UTF_8);
        long keyHash = new KeyHash(NO_SCHEMA, "penstock:" + queue).of(groupBytes, 0, groupBytes.length);
        return new QueueFacts(
                keyHash, envelope.map(found -> facts(queue, found)).orElse(MessageFacts.NONE));
    }

    private static MessageFacts facts(String queue, Envelope envelope) {
        int delay = envelope.delaySeconds() < 0 ? MessageFacts.NO_DELAY : envelope.delaySeconds();
        if (envelope.dedup().isEmpty()) {
            return new MessageFacts(delay, 0, 0);
        }
        ByteBuffer digest =
                ByteBuffer.wrap(sha256(queue + '\0' + envelope.dedup().get()).digest());
        long high = digest.getLong();
        long low = digest.getLong();
        return new MessageFacts(delay, high, high == 0 && low == 0 ? 1 : low);
    }

    private static MessageDigest sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected the JDK to offer SHA-256", e);
        }
    }
}
