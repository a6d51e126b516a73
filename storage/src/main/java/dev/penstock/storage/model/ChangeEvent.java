package dev.penstock.storage.model;

/**
 * One change as the replicator hands it over. The four JSON fragments are final: they are stored and served as they
 * are. An empty array stands for the fragment's default ({@code null} for record and key, <code>{}</code> for changes,
 * {@code []} for unchanged).
 *
 * @param commitMicros commit time, microseconds since 1970 UTC
 * @param xid 32-bit transaction id, unsigned; 0 for a non-transactional message
 * @param keyHash hash of (route, key); 0 = the event has no key
 * @param oldKeyHash hash of the key before a key change, else 0
 * @param barrier true where the event concerns every key of its route (truncate)
 * @param facts of a message to a queue
 */
public record ChangeEvent(
        SourcePosition position,
        Action action,
        Route route,
        long commitMicros,
        int xid,
        long keyHash,
        long oldKeyHash,
        boolean barrier,
        byte[] record,
        byte[] changes,
        byte[] unchanged,
        byte[] key,
        MessageFacts facts) {

    public static final byte[] ABSENT = new byte[0];

    /** An event that is no message to a queue. */
    public ChangeEvent(
            SourcePosition position,
            Action action,
            Route route,
            long commitMicros,
            int xid,
            long keyHash,
            long oldKeyHash,
            boolean barrier,
            byte[] record,
            byte[] changes,
            byte[] unchanged,
            byte[] key) {
        this(
                position,
                action,
                route,
                commitMicros,
                xid,
                keyHash,
                oldKeyHash,
                barrier,
                record,
                changes,
                unchanged,
                key,
                MessageFacts.NONE);
    }

    /** Bytes of the rendered fragments: what the size limit of an event is measured by. */
    public long renderedBytes() {
        return (long) record.length + changes.length + unchanged.length + key.length;
    }
}
