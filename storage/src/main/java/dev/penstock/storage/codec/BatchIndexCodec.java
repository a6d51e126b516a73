package dev.penstock.storage.codec;

import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.EventBatch.Columns;
import dev.penstock.storage.model.MessageColumns;
import dev.penstock.storage.model.MessageFacts;

/**
 * The index block: one entry per event, coded as the difference from the entry before. A row of one transaction takes
 * about 13 bytes (8 of them the key hash), the first of a transaction about 10 more.
 */
final class BatchIndexCodec {

    /** Flags, route, body length. */
    static final int MIN_ENTRY_BYTES = 3;

    private static final int ACTION_MASK = 0x07;
    private static final int SAME_TRANSACTION = 0x08;
    private static final int KEY = 0x10;
    private static final int OLD_KEY = 0x20;
    private static final int BARRIER = 0x40;
    /** A second byte of flags follows. */
    private static final int MORE = 0x80;
    /** Second byte: sixteen bytes of deduplication fact follow the length of the body. */
    private static final int DEDUPLICATION = 0x01;

    /** Second byte: a delay ends the entry. */
    private static final int DELAY = 0x02;

    private BatchIndexCodec() {}

    static void write(ByteWriter out, EventBatch batch) {
        Columns c = batch.columns();
        for (int i = 0; i < batch.size(); i++) {
            boolean same = i > 0 && sameTransaction(c, i);
            MessageFacts facts = c.messages().of(i);
            int more = (facts.hasDeduplication() ? DEDUPLICATION : 0) | (facts.hasDelay() ? DELAY : 0);
            int flags = c.actions()[i]
                    | (same ? SAME_TRANSACTION : 0)
                    | (c.keyHash(i) != 0 ? KEY : 0)
                    | (c.oldKeyHash(i) != 0 ? OLD_KEY : 0)
                    | (c.barrier(i) ? BARRIER : 0)
                    | (more != 0 ? MORE : 0);
            out.u8(flags);
            if (more != 0) {
                out.u8(more);
            }
            if (!same) {
                writeTransaction(out, batch, i);
            }
            out.varint(c.route(i));
            if (c.keyHash(i) != 0) {
                out.i64(c.keyHash(i));
            }
            if (c.oldKeyHash(i) != 0) {
                out.i64(c.oldKeyHash(i));
            }
            out.varint(c.bodyLength(i));
            if (facts.hasDeduplication()) {
                out.i64(facts.deduplicationHigh()).i64(facts.deduplicationLow());
            }
            if (facts.hasDelay()) {
                out.varint(facts.delaySeconds());
            }
        }
    }

    /** Differences from the event before; of the first event from the header: its own position, the largest time. */
    private static void writeTransaction(ByteWriter out, EventBatch batch, int i) {
        Columns c = batch.columns();
        BatchHeader header = batch.header();
        long lsn = i == 0 ? header.first().commitLsn().value() : c.commitLsns()[i - 1];
        int epoch = i == 0 ? header.first().epoch() : c.epochs()[i - 1];
        long micros = i == 0 ? header.maxCommitMicros() : c.commitMicros(i - 1);
        int xid = i == 0 ? 0 : c.xid(i - 1);
        out.varint(c.epochs()[i] - epoch);
        out.zigzag(c.commitLsns()[i] - lsn);
        out.varint(c.ordinals()[i]);
        out.zigzag(c.commitMicros(i) - micros);
        out.zigzag(c.xid(i) - xid);
    }

    private static boolean sameTransaction(Columns c, int i) {
        return c.commitLsns()[i] == c.commitLsns()[i - 1]
                && c.epochs()[i] == c.epochs()[i - 1]
                && c.ordinals()[i] == c.ordinals()[i - 1] + 1
                && c.commitMicros(i) == c.commitMicros(i - 1)
                && c.xid(i) == c.xid(i - 1);
    }

    static Columns read(ByteReader in, BatchHeader header) {
        int count = header.eventCount();
        Columns c = new Columns(
                new int[count],
                new long[count],
                new long[count],
                new byte[count],
                new int[count],
                new long[count],
                new int[count],
                new long[count],
                new long[count],
                new boolean[count],
                new int[count + 1],
                MessageColumns.NONE);
        MessageColumns.Builder messages = new MessageColumns.Builder();
        for (int i = 0; i < count; i++) {
            messages.add(i, readEntry(in, header, c, i));
        }
        check(in, header, c);
        return c.with(messages.build());
    }

    private static MessageFacts readEntry(ByteReader in, BatchHeader header, Columns c, int i) {
        int flags = in.u8();
        int action = flags & ACTION_MASK;
        if (action == 0) {
            throw in.failure("expected an action 1 to 7, but got 0");
        }
        int more = (flags & MORE) != 0 ? in.u8() : 0;
        if ((more & ~(DEDUPLICATION | DELAY)) != 0) {
            throw new UnknownFormatException("index entry flag set", more, "bits 0 and 1");
        }
        c.actions()[i] = (byte) action;
        readTransaction(in, header, c, i, (flags & SAME_TRANSACTION) != 0);
        c.routes()[i] = in.bounded("a route", header.routes().size() - 1);
        c.keyHashes()[i] = (flags & KEY) != 0 ? in.i64() : 0;
        c.oldKeyHashes()[i] = (flags & OLD_KEY) != 0 ? in.i64() : 0;
        c.barriers()[i] = (flags & BARRIER) != 0;
        c.bodyStarts()[i + 1] =
                c.bodyStarts()[i] + in.bounded("a body length", BatchCodec.MAX_BODY_BYTES - c.bodyStarts()[i]);
        boolean deduplicated = (more & DEDUPLICATION) != 0;
        long high = deduplicated ? in.i64() : 0;
        long low = deduplicated ? in.i64() : 0;
        if (deduplicated && high == 0 && low == 0) {
            throw in.failure("expected a deduplication fact other than 0");
        }
        int delay = (more & DELAY) != 0 ? in.bounded("a delay", Integer.MAX_VALUE) : MessageFacts.NO_DELAY;
        return new MessageFacts(delay, high, low);
    }

    private static void readTransaction(ByteReader in, BatchHeader header, Columns c, int i, boolean same) {
        if (same && i == 0) {
            throw in.failure("expected the first entry to name its transaction");
        }
        int epoch = i == 0 ? header.first().epoch() : c.epochs()[i - 1];
        long lsn = i == 0 ? header.first().commitLsn().value() : c.commitLsns()[i - 1];
        long micros = i == 0 ? header.maxCommitMicros() : c.commitMicros(i - 1);
        int xid = i == 0 ? 0 : c.xid(i - 1);
        if (same) {
            c.epochs()[i] = epoch;
            c.commitLsns()[i] = lsn;
            c.ordinals()[i] = c.ordinals()[i - 1] + 1;
            c.commitMicrosColumn()[i] = micros;
            c.xids()[i] = xid;
            return;
        }
        c.epochs()[i] = epoch + in.bounded("an epoch step", Integer.MAX_VALUE - epoch);
        c.commitLsns()[i] = lsn + in.zigzag();
        c.ordinals()[i] = in.nonNegative("an ordinal");
        c.commitMicrosColumn()[i] = micros + in.zigzag();
        c.xids()[i] = xid + (int) in.zigzag();
    }

    /** The index must say what the header says of it: apply and readers trust the header alone. */
    private static void check(ByteReader in, BatchHeader header, Columns c) {
        int count = header.eventCount();
        long maxMicros = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            maxMicros = Math.max(maxMicros, c.commitMicros(i));
            if (i > 0 && !rises(c, i)) {
                throw in.failure(
                        "expected entry " + i + " after " + c.position(i - 1) + ", but it is at " + c.position(i));
            }
        }
        if (!c.position(0).equals(header.first())
                || !c.position(count - 1).equals(header.last())
                || maxMicros != header.maxCommitMicros()) {
            throw in.failure("expected entries from " + header.first() + " to " + header.last() + ", but they go from "
                    + c.position(0) + " to " + c.position(count - 1));
        }
    }

    private static boolean rises(Columns c, int i) {
        if (c.epochs()[i] != c.epochs()[i - 1]) {
            return c.epochs()[i] > c.epochs()[i - 1];
        }
        int byLsn = Long.compareUnsigned(c.commitLsns()[i], c.commitLsns()[i - 1]);
        return byLsn > 0 || (byLsn == 0 && c.ordinals()[i] > c.ordinals()[i - 1]);
    }
}
