package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.GroupChange;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The attribute RedrivePolicy: after so many receives a message goes to another queue.
 *
 * @param targetArn of that queue
 */
record RedrivePolicy(String targetArn, int maxReceiveCount) {

    static final String NAME = "RedrivePolicy";

    private static final String ALLOW = "RedriveAllowPolicy";
    private static final String TARGET = "deadLetterTargetArn";
    private static final String MAX = "maxReceiveCount";
    private static final int LARGEST_MAX = 1_000;

    /** Empty if the value is: then there is to be none. */
    static Optional<RedrivePolicy> of(String value) {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode map;
        try {
            map = Json.object(value.getBytes(StandardCharsets.UTF_8));
        } catch (HttpFailure notAMap) {
            throw SqsFailure.invalidValue(value, NAME, "Redrive policy is not a valid JSON map.");
        }
        for (String name : new String[] {TARGET, MAX}) {
            if (!map.hasNonNull(name)) {
                throw SqsFailure.invalidValue(
                        value, NAME, "Redrive policy does not contain mandatory attribute: " + name + ".");
            }
        }
        if (!map.get(TARGET).isTextual()) {
            throw noSuchTarget(value);
        }
        return Optional.of(new RedrivePolicy(map.get(TARGET).textValue(), maxOf(value, map.get(MAX))));
    }

    /** A number, or its digits: clients send both. */
    private static int maxOf(String value, JsonNode node) {
        String text = node.isTextual() || node.isIntegralNumber() ? node.asText() : "";
        int max = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (max < 1 || max > LARGEST_MAX) {
            throw SqsFailure.invalidValue(
                    value,
                    NAME,
                    "Invalid value for maxReceiveCount: " + node.asText()
                            + ", valid values are from 1 to 1000 both inclusive.");
        }
        return max;
    }

    static SqsFailure noSuchTarget(String value) {
        return SqsFailure.invalidValue(value, NAME, "Dead letter target does not exist.");
    }

    static SqsFailure otherType(String value) {
        return SqsFailure.invalidValue(
                value, NAME, "Dead-letter queue must be same type of queue as the source, over the same stream.");
    }

    /** The name of the queue that the ARN ends with. */
    static String queueOf(String arn) {
        return arn.substring(arn.lastIndexOf(':') + 1);
    }

    static void none(GroupChange.Builder change) {
        change.maxDeliveries(0).deadLetterGroup("");
    }

    /**
     * Takes the attributes of redriving from those that are wanted, and puts what they say into the change.
     *
     * @param present what the queue's attributes are
     * @param targetGroup of the policy that is wanted, if one is
     */
    static void takeFrom(
            Map<String, String> wanted,
            GroupChange.Builder change,
            Map<String, String> present,
            Optional<String> targetGroup) {
        String value = wanted.remove(NAME);
        if (value != null) {
            Optional<RedrivePolicy> policy = of(value);
            if (policy.isPresent()) {
                policy.get().putInto(change, targetGroup.orElseThrow(() -> noSuchTarget(value)));
            } else if (present.containsKey(NAME)) {
                none(change);
            }
        }
        String allowed = wanted.remove(ALLOW);
        if (allowed != null) {
            AttributeChanges.checkAllow(ALLOW, allowed);
        }
    }

    void putInto(GroupChange.Builder change, String targetGroup) {
        change.maxDeliveries(maxReceiveCount).deadLetterGroup(targetGroup);
    }

    /** As AWS says it, whatever form it had when it was set. */
    String text() {
        return new String(
                Json.bytes(out -> {
                    out.writeStartObject();
                    out.writeStringField(TARGET, targetArn);
                    out.writeNumberField(MAX, maxReceiveCount);
                    out.writeEndObject();
                }),
                StandardCharsets.UTF_8);
    }

    /** Whether both texts mean the same. */
    static boolean isSame(String one, String other) {
        return of(one).equals(of(other));
    }

    static SqsFailure notADeadLetterQueue() {
        return new SqsFailure(Kind.INVALID_PARAMETER_VALUE, "Source queue must be configured as a Dead Letter Queue.");
    }
}
