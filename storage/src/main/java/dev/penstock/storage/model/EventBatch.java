package dev.penstock.storage.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events appended by one Raft entry and stored as one value: header, index block (one entry per event, as parallel
 * columns) and the bodies, uncompressed here. Immutable. The offset of event {@code i} is the batch's base offset plus
 * {@code i}; the base offset is not part of the batch.
 *
 * <p>A body is four fragments (record, changes, unchanged, key), each preceded by its length as a 32-bit big-endian
 * integer; length 0 means the fragment's default (see {@link ChangeEvent}).
 */
public final class EventBatch {

    private final BatchHeader header;
    private final Columns columns;
    private final byte[] bodies;

    /** For the codec. {@code columns} and {@code bodies} must not be changed afterwards. */
    public EventBatch(BatchHeader header, Columns columns, byte[] bodies) {
        this.header = header;
        this.columns = columns;
        this.bodies = bodies;
    }

    public BatchHeader header() {
        return header;
    }

    public Columns columns() {
        return columns;
    }

    /** All bodies in event order; event {@code i} occupies {@code [bodyStart(i), bodyStart(i + 1))}. Not to be changed. */
    public byte[] bodies() {
        return bodies;
    }

    public int size() {
        return header.eventCount();
    }

    public ChangeEvent event(int i) {
        int at = columns.bodyStart(i);
        byte[][] fragments = new byte[4][];
        for (int f = 0; f < fragments.length; f++) {
            int length = intAt(bodies, at);
            fragments[f] = Arrays.copyOfRange(bodies, at + Integer.BYTES, at + Integer.BYTES + length);
            at += Integer.BYTES + length;
        }
        return new ChangeEvent(
                columns.position(i),
                columns.action(i),
                header.routes().get(columns.route(i)),
                columns.commitMicros(i),
                columns.xid(i),
                columns.keyHash(i),
                columns.oldKeyHash(i),
                columns.barrier(i),
                fragments[0],
                fragments[1],
                fragments[2],
                fragments[3],
                columns.messages().of(i));
    }

    private static int intAt(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    /**
     * The index block as columns, each as long as the batch has events.
     *
     * @param bodyStarts one longer than the others: start of each body, then the total length
     */
    public record Columns(
            int[] epochs,
            long[] commitLsns,
            long[] ordinals,
            byte[] actions,
            int[] routes,
            long[] commitMicrosColumn,
            int[] xids,
            long[] keyHashes,
            long[] oldKeyHashes,
            boolean[] barriers,
            int[] bodyStarts,
            MessageColumns messages) {

        /** The same with the facts of messages. */
        public Columns with(MessageColumns facts) {
            return new Columns(
                    epochs,
                    commitLsns,
                    ordinals,
                    actions,
                    routes,
                    commitMicrosColumn,
                    xids,
                    keyHashes,
                    oldKeyHashes,
                    barriers,
                    bodyStarts,
                    facts);
        }

        public SourcePosition position(int i) {
            return new SourcePosition(epochs[i], new Lsn(commitLsns[i]), ordinals[i]);
        }

        public Action action(int i) {
            return Action.ofCode(actions[i]);
        }

        public int route(int i) {
            return routes[i];
        }

        public long commitMicros(int i) {
            return commitMicrosColumn[i];
        }

        public int xid(int i) {
            return xids[i];
        }

        public long keyHash(int i) {
            return keyHashes[i];
        }

        public long oldKeyHash(int i) {
            return oldKeyHashes[i];
        }

        public boolean barrier(int i) {
            return barriers[i];
        }

        public int bodyStart(int i) {
            return bodyStarts[i];
        }

        public int bodyLength(int i) {
            return bodyStarts[i + 1] - bodyStarts[i];
        }
    }

    /** Collects events of one source in their order. Not thread-safe; one use. */
    public static final class Builder {

        private final String source;
        private final String database;
        private final SourcePosition previous;
        private final List<Route> routes = new ArrayList<>();
        private final Map<Route, Integer> routeNumbers = new HashMap<>();
        private int count;
        private int[] epochs = new int[64];
        private long[] commitLsns = new long[64];
        private long[] ordinals = new long[64];
        private byte[] actions = new byte[64];
        private int[] routeColumn = new int[64];
        private long[] commitMicros = new long[64];
        private int[] xids = new int[64];
        private long[] keyHashes = new long[64];
        private long[] oldKeyHashes = new long[64];
        private boolean[] barriers = new boolean[64];
        private int[] bodyStarts = new int[65];
        private final MessageColumns.Builder messages = new MessageColumns.Builder();
        private byte[] bodies = new byte[16 * 1024];
        private SourcePosition last;
        private Lsn endLsn = Lsn.ZERO;
        private boolean lastInTransaction;
        private long maxCommitMicros = Long.MIN_VALUE;

        /** @param previous position of the event before this batch: what {@code Append} compares with */
        public Builder(String source, String database, SourcePosition previous) {
            this.source = source;
            this.database = database;
            this.previous = previous;
            this.last = previous;
        }

        public int count() {
            return count;
        }

        public boolean isEmpty() {
            return count == 0;
        }

        /** Bytes of the bodies so far, uncompressed. */
        public int bodyBytes() {
            return bodyStarts[count];
        }

        public SourcePosition last() {
            return last;
        }

        /** Adds the next event; its position must be after the last one's. */
        public void add(ChangeEvent event) {
            if (!event.position().isAfter(last)) {
                throw new IllegalStateException(
                        "expected an event after " + last + ", but got " + event.position() + " of " + source);
            }
            if (count == epochs.length) {
                grow();
            }
            epochs[count] = event.position().epoch();
            commitLsns[count] = event.position().commitLsn().value();
            ordinals[count] = event.position().ordinal();
            actions[count] = (byte) event.action().code();
            routeColumn[count] = routeNumbers.computeIfAbsent(event.route(), this::addRoute);
            commitMicros[count] = event.commitMicros();
            xids[count] = event.xid();
            keyHashes[count] = event.keyHash();
            oldKeyHashes[count] = event.oldKeyHash();
            barriers[count] = event.barrier();
            messages.add(count, event.facts());
            int at = bodyStarts[count];
            long end = at + 4L * Integer.BYTES + event.renderedBytes();
            if (end > Integer.MAX_VALUE - 64) {
                throw new IllegalStateException("expected a batch below 2 GiB, but it would have " + end + " bytes");
            }
            if (end > bodies.length) {
                bodies = Arrays.copyOf(
                        bodies, (int) Math.min(Integer.MAX_VALUE - 64, Math.max(end, bodies.length * 2L)));
            }
            at = put(at, event.record());
            at = put(at, event.changes());
            at = put(at, event.unchanged());
            at = put(at, event.key());
            count++;
            bodyStarts[count] = at;
            last = event.position();
            lastInTransaction = false;
            maxCommitMicros = Math.max(maxCommitMicros, event.commitMicros());
        }

        /** The event added last ends its transaction, whose end LSN is {@code end}. */
        public void endTransaction(Lsn end) {
            if (count == 0) {
                throw new IllegalStateException("expected an event before the end of its transaction at " + end);
            }
            endLsn = end;
            lastInTransaction = true;
        }

        public EventBatch build() {
            if (count == 0) {
                throw new IllegalStateException("expected at least one event in a batch of " + source);
            }
            Columns columns = new Columns(
                    Arrays.copyOf(epochs, count),
                    Arrays.copyOf(commitLsns, count),
                    Arrays.copyOf(ordinals, count),
                    Arrays.copyOf(actions, count),
                    Arrays.copyOf(routeColumn, count),
                    Arrays.copyOf(commitMicros, count),
                    Arrays.copyOf(xids, count),
                    Arrays.copyOf(keyHashes, count),
                    Arrays.copyOf(oldKeyHashes, count),
                    Arrays.copyOf(barriers, count),
                    Arrays.copyOf(bodyStarts, count + 1),
                    messages.build());
            BatchHeader header = new BatchHeader(
                    source,
                    database,
                    previous,
                    columns.position(0),
                    last,
                    endLsn,
                    lastInTransaction,
                    count,
                    maxCommitMicros,
                    routes);
            return new EventBatch(header, columns, Arrays.copyOf(bodies, bodyStarts[count]));
        }

        private int addRoute(Route route) {
            routes.add(route);
            return routes.size() - 1;
        }

        private int put(int at, byte[] fragment) {
            bodies[at] = (byte) (fragment.length >>> 24);
            bodies[at + 1] = (byte) (fragment.length >>> 16);
            bodies[at + 2] = (byte) (fragment.length >>> 8);
            bodies[at + 3] = (byte) fragment.length;
            System.arraycopy(fragment, 0, bodies, at + Integer.BYTES, fragment.length);
            return at + Integer.BYTES + fragment.length;
        }

        private void grow() {
            int to = count * 2;
            epochs = Arrays.copyOf(epochs, to);
            commitLsns = Arrays.copyOf(commitLsns, to);
            ordinals = Arrays.copyOf(ordinals, to);
            actions = Arrays.copyOf(actions, to);
            routeColumn = Arrays.copyOf(routeColumn, to);
            commitMicros = Arrays.copyOf(commitMicros, to);
            xids = Arrays.copyOf(xids, to);
            keyHashes = Arrays.copyOf(keyHashes, to);
            oldKeyHashes = Arrays.copyOf(oldKeyHashes, to);
            barriers = Arrays.copyOf(barriers, to);
            bodyStarts = Arrays.copyOf(bodyStarts, to + 1);
        }
    }
}
