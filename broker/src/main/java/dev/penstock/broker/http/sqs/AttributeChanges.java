package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.storage.model.GroupChange;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Attributes that a client wants of a queue, as a change of its group. What a queue over a stream cannot be is refused
 * rather than taken and not done; what it is already is fine. Stateless.
 */
final class AttributeChanges {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final int MAX_DELAY_SECONDS = 900;

    private AttributeChanges() {}

    /**
     * @param present what the queue's attributes are
     * @param deadLetterGroup of the redrive policy that is wanted, if one is
     */
    static GroupChange of(
            Queues.Queue queue,
            Map<String, String> wanted,
            Map<String, String> present,
            Optional<String> deadLetterGroup) {
        GroupChange.Builder change = new GroupChange.Builder();
        Map<String, String> others = new TreeMap<>(wanted);
        RedrivePolicy.takeFrom(others, change, present, deadLetterGroup);
        if (queue.group().queue().isPresent()) {
            QueueSettings.change(change, queue.fifo(), queue.group().queue().get(), others);
        } else {
            ofChanges(change, others, present);
        }
        return change.build();
    }

    private static void ofChanges(GroupChange.Builder change, Map<String, String> wanted, Map<String, String> present) {
        for (Map.Entry<String, String> attribute : wanted.entrySet()) {
            String name = attribute.getKey();
            String value = attribute.getValue();
            switch (name) {
                case "VisibilityTimeout" ->
                    change.visibilityMillis(seconds(name, value, 0, ReceiveMessage.MAX_VISIBILITY_SECONDS) * 1_000L);
                case "ReceiveMessageWaitTimeSeconds" ->
                    change.receiveWaitMillis(seconds(name, value, 0, ReceiveMessage.MAX_WAIT_SECONDS) * 1_000L);
                default -> checkFixed(name, value, present);
            }
        }
    }

    /** Refuses a name that no queue has, or that this kind of queue cannot have set. */
    static void checkName(String name, Map<String, String> present) {
        boolean settable = switch (name) {
            case "VisibilityTimeout",
                    "ReceiveMessageWaitTimeSeconds",
                    "DelaySeconds",
                    "MaximumMessageSize",
                    "MessageRetentionPeriod",
                    "SqsManagedSseEnabled" -> true;
            default -> QueueAttributes.OPTIONAL.contains(name) || QueueAttributes.FIFO_ONLY.contains(name);
        };
        boolean fifoOnStandard = QueueAttributes.FIFO_ONLY.contains(name)
                && !name.equals("FifoQueue")
                && !present.containsKey("FifoQueue");
        if (!settable || fifoOnStandard) {
            throw SqsFailure.unknownAttribute(name);
        }
    }

    /** Whether the queue is as wanted already: an absent attribute is as good as an empty one. */
    static boolean isPresent(String name, String value, Map<String, String> present) {
        if (name.equals("FifoQueue")) {
            return Boolean.parseBoolean(value) == present.containsKey(name);
        }
        if (name.equals(RedrivePolicy.NAME)) {
            return RedrivePolicy.isSame(value, present.getOrDefault(name, ""));
        }
        return value.equals(present.getOrDefault(name, ""));
    }

    /** Any queue may have this one for its dead letters: that is what is offered. */
    static void checkAllow(String name, String value) {
        if (value.isEmpty()) {
            return;
        }
        String permission;
        try {
            permission = Json.object(value.getBytes(StandardCharsets.UTF_8))
                    .path("redrivePermission")
                    .asText("");
        } catch (HttpFailure notAMap) {
            throw SqsFailure.invalidValue(value, name, "Amazon SQS can't create the redrive allow policy.");
        }
        if (permission.equals("denyAll") || permission.equals("byQueue")) {
            throw SqsFailure.unsupported("The redrive permission " + permission
                    + " is not offered: every queue may name this one, which takes the scope admin.");
        } else if (!permission.equals("allowAll")) {
            throw SqsFailure.invalidValue(value, name, "Amazon SQS can't create the redrive allow policy.");
        }
    }

    private static void checkFixed(String name, String value, Map<String, String> present) {
        checkName(name, present);
        checkRange(name, value);
        if (isPresent(name, value, present)) {
            return;
        }
        if (name.equals("FifoQueue")) {
            throw SqsFailure.invalidAttribute(name, "Modifying queue type is not supported.");
        }
        if (QueueAttributes.OPTIONAL.contains(name)) {
            throw SqsFailure.unsupported("The attribute " + name + " is not offered for this queue.");
        }
        throw SqsFailure.invalidAttribute(
                name,
                "This queue is a view of changes in Postgres, whose value is " + present.getOrDefault(name, "not set")
                        + ".");
    }

    private static void checkRange(String name, String value) {
        switch (name) {
            case "DelaySeconds" -> seconds(name, value, 0, MAX_DELAY_SECONDS);
            case "MaximumMessageSize" -> seconds(name, value, 1_024, 1_048_576);
            case "MessageRetentionPeriod" -> seconds(name, value, 60, 1_209_600);
            case "FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled" -> {
                if (!value.equals("true") && !value.equals("false")) {
                    throw SqsFailure.invalidAttribute(name, "");
                }
            }
            default -> {}
        }
    }

    private static int seconds(String name, String value, int min, int max) {
        int number = NUMBER.matcher(value).matches() ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw SqsFailure.invalidAttribute(name, "");
        }
        return number;
    }
}
