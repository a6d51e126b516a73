package dev.penstock.storage.kv;

import dev.penstock.storage.kv.Transaction.Overlaid;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** The rows of a store with a transaction's changes laid over them. */
final class OverlayCursor implements Cursor {

    private final Cursor stored;
    private final NavigableMap<byte[], Overlaid> changed;
    private Iterator<Map.Entry<byte[], Overlaid>> rest;
    private Map.@Nullable Entry<byte[], Overlaid> mine;
    private boolean onMine;

    OverlayCursor(Cursor stored, NavigableMap<byte[], Overlaid> changed) {
        this.stored = stored;
        this.changed = changed;
        this.rest = changed.entrySet().iterator();
        advanceMine();
        settle();
    }

    @Override
    public boolean isValid() {
        return onMine || stored.isValid();
    }

    @Override
    public byte[] key() {
        return onMine && mine != null ? mine.getKey() : stored.key();
    }

    @Override
    public byte[] value() {
        if (onMine && mine != null && mine.getValue().now != null) {
            return mine.getValue().now;
        }
        return stored.value();
    }

    @Override
    public void next() {
        if (onMine) {
            advanceMine();
        } else {
            stored.next();
        }
        settle();
    }

    @Override
    public void seek(byte[] key) {
        stored.seek(key);
        rest = changed.tailMap(key, true).entrySet().iterator();
        advanceMine();
        settle();
    }

    @Override
    public void close() {
        stored.close();
    }

    private void advanceMine() {
        mine = rest.hasNext() ? rest.next() : null;
    }

    /** Chooses the lower of the two; a changed row hides the stored one, a deleted one is passed over. */
    private void settle() {
        while (mine != null) {
            int order = stored.isValid() ? Arrays.compareUnsigned(mine.getKey(), stored.key()) : -1;
            if (order > 0) {
                break;
            }
            if (order == 0) {
                stored.next();
            }
            if (mine.getValue().now != null) {
                onMine = true;
                return;
            }
            advanceMine();
        }
        onMine = false;
    }
}
