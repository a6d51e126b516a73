package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The attributes of a queue: all values are strings, as AWS sends them. Stateless. */
final class QueueAttributes {

    /** Nothing is trimmed before retention can be configured: the longest that AWS has. */
    private static final String RETENTION_SECONDS = "1209600";

    private static final String MAX_MESSAGE_BYTES = "1048576";

    /** Attributes of AWS that a queue has only when they are set: no error, just absent. */
    static final Set<String> OPTIONAL =
            Set.of("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds");

    static final Set<String> FIFO_ONLY =
            Set.of("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit");

    private QueueAttributes() {}

    static Map<String, String> of(Queues.Queue queue, Described described, String arn) {
        GroupState group = described.group();
        GroupConfig config = group.config();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ApproximateNumberOfMessages", Long.toString(described.backlog() + group.ready()));
        attributes.put("ApproximateNumberOfMessagesNotVisible", Long.toString(group.leased() + group.dying()));
        attributes.put("ApproximateNumberOfMessagesDelayed", Long.toString(group.delayed()));
        attributes.put("CreatedTimestamp", seconds(group.createdWallMillis()));
        attributes.put("LastModifiedTimestamp", seconds(group.changedWallMillis()));
        attributes.put("DelaySeconds", seconds(config.delayMillis()));
        attributes.put(
                "MaximumMessageSize",
                config.queue()
                        .map(settings -> Integer.toString(settings.maxMessageBytes()))
                        .orElse(MAX_MESSAGE_BYTES));
        attributes.put(
                "MessageRetentionPeriod",
                config.queue()
                        .map(settings -> seconds(settings.retentionMillis()))
                        .orElse(RETENTION_SECONDS));
        attributes.put("QueueArn", arn);
        attributes.put("ReceiveMessageWaitTimeSeconds", seconds(config.receiveWaitMillis()));
        attributes.put("SqsManagedSseEnabled", "false");
        attributes.put("VisibilityTimeout", seconds(config.visibilityMillis()));
        if (queue.fifo()) {
            attributes.put("FifoQueue", "true");
            attributes.put(
                    "ContentBasedDeduplication",
                    Boolean.toString(config.queue()
                            .filter(settings -> settings.contentBasedDeduplication())
                            .isPresent()));
            attributes.put("DeduplicationScope", "queue");
            attributes.put("FifoThroughputLimit", "perQueue");
        }
        return attributes;
    }

    private static String seconds(long millis) {
        return Long.toString(millis / 1_000);
    }
}
