package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.Delivery;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** SQS' own facts about a message. Stateless. */
final class SystemAttributes {

    private static final String SENDER = "penstock";

    private SystemAttributes() {}

    /** Those that the names ask for; names that do not exist are left alone, as AWS does. */
    static Map<String, String> selected(
            Delivery delivery, ReceivedMessage message, Queues queues, boolean fifo, List<String> names) {
        Map<String, String> all = new TreeMap<>();
        if (names.isEmpty()) {
            return all;
        }
        all.put("SenderId", SENDER);
        all.put("SentTimestamp", Long.toString(delivery.event().commitMicros() / 1_000));
        // Across all queues, as AWS counts it.
        long before = delivery.died().map(Delivery.Died::deliveries).orElse(0);
        all.put("ApproximateReceiveCount", Long.toString(before + delivery.deliveryCount()));
        delivery.died()
                .ifPresent(died -> all.put("DeadLetterQueueSourceArn", queues.arn(Queues.nameOf(died.group(), fifo))));
        all.put("ApproximateFirstReceiveTimestamp", Long.toString(delivery.firstDeliveredWallMillis()));
        message.groupId().ifPresent(id -> all.put("MessageGroupId", id));
        message.dedupId().ifPresent(id -> all.put("MessageDeduplicationId", id));
        message.traceHeader().ifPresent(header -> all.put("AWSTraceHeader", header));
        if (fifo) {
            all.put("SequenceNumber", SentAnswer.sequenceNumber(delivery.event().offset()));
        }
        if (!names.contains("All")) {
            all.keySet().retainAll(names);
        }
        return all;
    }
}
