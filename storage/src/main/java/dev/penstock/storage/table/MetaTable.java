package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import org.jspecify.annotations.Nullable;

/**
 * Two single rows. Key {@code 00}: how far the log is applied, the state digest and the next due time; the only row
 * outside the digest. Key {@code 01}: facts of the machine as a whole.
 */
public final class MetaTable {

    /**
     * @param index Raft index of the last applied entry, -1 before the first
     * @param digest state digest after it
     * @param nextDueMillis log time at which the next lease or delay ends, {@link Long#MAX_VALUE} if none
     */
    public record Progress(long term, long index, long digest, long nextDueMillis) {
        public static final Progress NONE = new Progress(0, -1, 0, Long.MAX_VALUE);
    }

    /** @param clockMillis log time as of the last applied entry */
    public record Facts(long clockMillis, int featureLevel, int nextStreamId, int nextGroupId) {
        public static final Facts INITIAL = new Facts(0, 1, 1, 1);
    }

    private static final byte[] PROGRESS_KEY = RowKey.of(RowKey.PROGRESS);
    private static final byte[] FACTS_KEY = RowKey.of(RowKey.FACTS);

    private MetaTable() {}

    public static byte[] progressKey() {
        return PROGRESS_KEY.clone();
    }

    public static byte[] factsKey() {
        return FACTS_KEY.clone();
    }

    public static Progress progress(KeyReader reader) {
        byte[] value = reader.get(Space.STATE, PROGRESS_KEY);
        if (value == null) {
            return Progress.NONE;
        }
        ByteReader in = RowValue.read("progress row", value);
        Progress progress = new Progress(in.i64(), in.i64(), in.i64(), in.i64());
        in.finish();
        return progress;
    }

    public static byte[] encode(Progress progress) {
        return RowValue.write(33)
                .i64(progress.term())
                .i64(progress.index())
                .i64(progress.digest())
                .i64(progress.nextDueMillis())
                .toBytes();
    }

    public static byte @Nullable [] storedFacts(KeyReader reader) {
        return reader.get(Space.STATE, FACTS_KEY);
    }

    public static Facts facts(byte @Nullable [] value) {
        if (value == null) {
            return Facts.INITIAL;
        }
        ByteReader in = RowValue.read("facts row", value);
        Facts facts = new Facts(in.i64(), in.u16(), in.i32(), in.i32());
        in.finish();
        return facts;
    }

    public static byte[] encode(Facts facts) {
        return RowValue.write(19)
                .i64(facts.clockMillis())
                .u16(facts.featureLevel())
                .i32(facts.nextStreamId())
                .i32(facts.nextGroupId())
                .toBytes();
    }
}
