package dev.penstock.broker.http.sqs;

/**
 * What stands in queue URLs and ARNs; no client may give another and be refused.
 *
 * @param account twelve digits
 * @param purgeIntervalMillis how soon a queue may be purged again; 0 = at once
 */
public record SqsSettings(String account, String region, long purgeIntervalMillis) {
    public static SqsSettings defaults() {
        return new SqsSettings("000000000000", "us-east-1", 0);
    }

    public SqsSettings withPurgeInterval(long millis) {
        return new SqsSettings(account, region, millis);
    }
}
