package dev.penstock.broker.http.sqs;

/**
 * What stands in queue URLs and ARNs; no client may give another and be refused.
 *
 * @param account twelve digits
 * @param purgeIntervalMillis how soon a queue may be purged again; 0 = at once
 * @param stream on which queues are made
 */
public record SqsSettings(String account, String region, long purgeIntervalMillis, String stream) {
    public static SqsSettings defaults() {
        return new SqsSettings("000000000000", "us-east-1", 0, "main");
    }

    public SqsSettings withPurgeInterval(long millis) {
        return new SqsSettings(account, region, millis, stream);
    }

    public SqsSettings withStream(String name) {
        return new SqsSettings(account, region, purgeIntervalMillis, name);
    }
}
