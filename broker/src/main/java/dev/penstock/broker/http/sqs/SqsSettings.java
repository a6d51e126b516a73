package dev.penstock.broker.http.sqs;

/**
 * What stands in queue URLs and ARNs; no client may give another and be refused.
 *
 * @param account twelve digits
 */
public record SqsSettings(String account, String region) {
    public static SqsSettings defaults() {
        return new SqsSettings("000000000000", "us-east-1");
    }
}
