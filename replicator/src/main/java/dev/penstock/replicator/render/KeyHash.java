package dev.penstock.replicator.render;

import java.nio.charset.StandardCharsets;

/**
 * The 64-bit hash by which events of one row are known to belong together: FNV-1a 64 (Fowler, Noll and Vo) over schema,
 * table and key as JSON, each followed by a zero byte but the last, then the finalizer of MurmurHash3 (fmix64, Austin
 * Appleby), which spreads FNV's weak high bits. Never 0, which means "no key".
 *
 * <p>Frozen format: it is kept in the log and in group state, and changing it reorders what is in flight. The key as JSON has
 * its columns in the relation's column order, whatever the order of the key itself ({@link TableKeys}).
 */
public final class KeyHash {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long ofTable;

    public KeyHash(String schema, String table) {
        this.ofTable = withName(withName(FNV_OFFSET, schema), table);
    }

    public long of(byte[] keyJson, int from, int to) {
        long hash = ofTable;
        for (int i = from; i < to; i++) {
            hash = (hash ^ (keyJson[i] & 0xff)) * FNV_PRIME;
        }
        hash ^= hash >>> 33;
        hash *= 0xff51afd7ed558ccdL;
        hash ^= hash >>> 33;
        hash *= 0xc4ceb9fe1a85ec53L;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }

    private static long withName(long hash, String name) {
        long with = hash;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            with = (with ^ (b & 0xff)) * FNV_PRIME;
        }
        return with * FNV_PRIME; // the zero byte: x ^ 0 == x
    }
}
