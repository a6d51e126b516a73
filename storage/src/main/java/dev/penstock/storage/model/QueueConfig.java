package dev.penstock.storage.model;

/**
 * What makes a group a queue that is sent to: of its stream it receives the logical messages of its own name, and nothing
 * else but gaps. The machine stores it; the rest is the leader's and the protocols' affair.
 *
 * @param maxMessageBytes body and attributes of one message, as sent through the API
 * @param retentionMillis as asked for; shown, not acted upon: events stay as long as their stream keeps them
 * @param contentBasedDeduplication a message sent without a deduplication id takes the digest of its body
 */
public record QueueConfig(int maxMessageBytes, long retentionMillis, boolean contentBasedDeduplication) {

    /** SQS' own bounds and defaults. */
    public static final int MIN_MESSAGE_BYTES = 1_024;

    public static final int MAX_MESSAGE_BYTES = 1_048_576;
    public static final long MIN_RETENTION_MILLIS = 60_000;
    public static final long MAX_RETENTION_MILLIS = 1_209_600_000;
    private static final long DEFAULT_RETENTION_MILLIS = 345_600_000;

    /** Before the name of a queue: the prefix of logical messages whose content is the body as it is. */
    private static final String RAW_PREFIX = "penstock:q:";

    /** The same of logical messages whose content is an envelope. */
    private static final String ENVELOPE_PREFIX = "penstock:m:";

    private static final String FIFO_SUFFIX = ".fifo";

    public static QueueConfig defaults() {
        return new QueueConfig(MAX_MESSAGE_BYTES, DEFAULT_RETENTION_MILLIS, false);
    }

    /** Whether logical messages of that prefix belong to queues, whether or not there is one of the name. */
    public static boolean isPrefix(String prefix) {
        return prefix.startsWith(RAW_PREFIX) || prefix.startsWith(ENVELOPE_PREFIX);
    }

    public static boolean isEnvelopePrefix(String prefix) {
        return prefix.startsWith(ENVELOPE_PREFIX);
    }

    /**
     * The group that a prefix of {@link #isPrefix} names. An ordered one is named with and without the suffix of its queue:
     * no two groups differ by that only.
     */
    public static String groupOf(String prefix) {
        String queue = prefix.substring(RAW_PREFIX.length());
        return queue.endsWith(FIFO_SUFFIX) ? queue.substring(0, queue.length() - FIFO_SUFFIX.length()) : queue;
    }

    /** Under which a message in an envelope is sent to the group. */
    public static String envelopePrefix(String group, boolean ordered) {
        return ENVELOPE_PREFIX + group + (ordered ? FIFO_SUFFIX : "");
    }

    /** Whether messages of that prefix belong to the group. */
    public static boolean isPrefixOf(String prefix, String group, boolean ordered) {
        return isPrefix(prefix) && groupOf(prefix).equals(group) && (ordered || !prefix.endsWith(FIFO_SUFFIX));
    }
}
