package dev.penstock.broker.http.sqs;

import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.QueueConfig;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Attributes of queues that are sent to, as clients set them. Throws {@link SqsFailure}. Stateless. */
final class QueueSettings {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private QueueSettings() {}

    /**
     * Of a queue that is to be made.
     *
     * @param deadLetterGroup of the redrive policy that is wanted, if one is
     */
    static GroupConfig config(boolean fifo, Map<String, String> wanted, Optional<String> deadLetterGroup) {
        GroupConfig usual = GroupConfig.defaults();
        GroupConfig made = new GroupConfig(
                usual.visibilityMillis(),
                0,
                fifo ? GroupConfig.Ordering.KEY : GroupConfig.Ordering.NONE,
                GroupConfig.Mode.CHANGES,
                usual.tables(),
                usual.actions(),
                usual.where(),
                0,
                0,
                false,
                Optional.of(QueueConfig.defaults()),
                "");
        GroupChange.Builder change = new GroupChange.Builder();
        Map<String, String> others = new TreeMap<>(wanted);
        RedrivePolicy.takeFrom(others, change, Map.of(), deadLetterGroup);
        change(change, fifo, QueueConfig.defaults(), others);
        return change.build().applyTo(made);
    }

    /** @param present settings of the queue */
    static void change(GroupChange.Builder change, boolean fifo, QueueConfig present, Map<String, String> wanted) {
        QueueConfig queue = present;
        for (Map.Entry<String, String> attribute : wanted.entrySet()) {
            String name = attribute.getKey();
            String value = attribute.getValue();
            switch (name) {
                case "VisibilityTimeout" ->
                    change.visibilityMillis(number(name, value, 0, ReceiveMessage.MAX_VISIBILITY_SECONDS) * 1_000L);
                case "ReceiveMessageWaitTimeSeconds" ->
                    change.receiveWaitMillis(number(name, value, 0, ReceiveMessage.MAX_WAIT_SECONDS) * 1_000L);
                case "DelaySeconds" ->
                    change.delayMillis(number(name, value, 0, SentMessage.MAX_DELAY_SECONDS) * 1_000L);
                case "MaximumMessageSize" ->
                    queue = new QueueConfig(
                            number(name, value, QueueConfig.MIN_MESSAGE_BYTES, QueueConfig.MAX_MESSAGE_BYTES),
                            queue.retentionMillis(),
                            queue.contentBasedDeduplication());
                case "MessageRetentionPeriod" ->
                    queue = new QueueConfig(
                            queue.maxMessageBytes(),
                            number(name, value, (int) (QueueConfig.MIN_RETENTION_MILLIS / 1_000), (int)
                                            (QueueConfig.MAX_RETENTION_MILLIS / 1_000))
                                    * 1_000L,
                            queue.contentBasedDeduplication());
                case "ContentBasedDeduplication" -> {
                    checkFifo(fifo, name);
                    queue = new QueueConfig(queue.maxMessageBytes(), queue.retentionMillis(), flag(name, value));
                }
                default -> checkFixed(fifo, name, value);
            }
        }
        if (!queue.equals(present)) {
            change.queue(queue);
        }
    }

    private static void checkFixed(boolean fifo, String name, String value) {
        switch (name) {
            case "FifoQueue" -> {
                if (flag(name, value) != fifo) {
                    throw SqsFailure.invalidAttribute(name, "Modifying queue type is not supported.");
                }
            }
            case "DeduplicationScope" -> checkOnly(fifo, name, value, "queue");
            case "FifoThroughputLimit" -> checkOnly(fifo, name, value, "perQueue");
            case "SqsManagedSseEnabled" -> {
                if (flag(name, value)) {
                    throw SqsFailure.unsupported("The attribute " + name + " is not offered.");
                }
            }
            default -> {
                if (!QueueAttributes.OPTIONAL.contains(name)) {
                    throw SqsFailure.unknownAttribute(name);
                }
                // An empty value takes it away, and it is not there.
                if (!value.isEmpty()) {
                    throw SqsFailure.unsupported("The attribute " + name + " is not offered for this queue.");
                }
            }
        }
    }

    private static void checkOnly(boolean fifo, String name, String value, String only) {
        checkFifo(fifo, name);
        if (!value.equals(only)) {
            throw SqsFailure.invalidAttribute(name, "Only " + only + " is offered.");
        }
    }

    private static void checkFifo(boolean fifo, String name) {
        if (!fifo) {
            throw SqsFailure.unknownAttribute(name);
        }
    }

    private static boolean flag(String name, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw SqsFailure.invalidAttribute(name, "");
        };
    }

    private static int number(String name, String value, int min, int max) {
        int number = NUMBER.matcher(value).matches() ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw SqsFailure.invalidAttribute(name, "");
        }
        return number;
    }
}
