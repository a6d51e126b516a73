package dev.penstock.storage.kv;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts and deletes to be written at once. Keys are distinct. Not thread-safe. */
public final class Changes {

    /** @param value null = delete */
    public record Change(Space space, byte[] key, byte @Nullable [] value) {}

    private final List<Change> list = new ArrayList<>();
    private long bytes;

    public Changes put(Space space, byte[] key, byte[] value) {
        list.add(new Change(space, key, value));
        bytes += key.length + value.length;
        return this;
    }

    public Changes delete(Space space, byte[] key) {
        list.add(new Change(space, key, null));
        bytes += key.length;
        return this;
    }

    public List<Change> list() {
        return list;
    }

    /** Bytes of keys and values. */
    public long bytes() {
        return bytes;
    }
}
