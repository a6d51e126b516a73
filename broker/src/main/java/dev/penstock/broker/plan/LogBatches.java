package dev.penstock.broker.plan;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StoredBatch;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The batches read last, decoded, so that many groups and readers at the end of a log decode each batch once. Batches never
 * change, so a cached one is never stale. Thread-safe; the lock is held for look-ups only, never while reading or decoding.
 */
public final class LogBatches {

    private record Key(int streamId, long baseOffset) {}

    private final long maxBytes;
    private final Map<Key, LogBatch> byAge = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<Integer, TreeMap<Long, LogBatch>> byOffset = new HashMap<>();
    private long bytes;

    public LogBatches(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The batch that holds {@code offset}, from the cache or the view; empty if the view holds none. */
    public Optional<LogBatch> at(MachineView view, int streamId, long offset) {
        LogBatch cached = cached(streamId, offset);
        if (cached != null) {
            return Optional.of(cached);
        }
        Optional<StoredBatch> stored = view.batchAt(streamId, offset);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        LogBatch batch = new LogBatch(stored.get());
        remember(streamId, batch);
        return Optional.of(batch);
    }

    /** The event of the group's message at {@code offset}; empty if it is not stored any more. */
    public Optional<GroupEvent> event(MachineView view, GroupState group, long offset) {
        if (!AsideOffset.isAside(offset)) {
            return at(view, group.streamId(), offset)
                    .map(batch -> new GroupEvent(batch, Math.toIntExact(offset - batch.baseOffset()), offset));
        }
        return view.deadLetter(group, AsideOffset.letter(offset))
                .flatMap(letter -> at(view, letter.streamId(), letter.letter())
                        .map(batch -> new GroupEvent(batch, 0, letter.offset(), Optional.of(letter))));
    }

    private synchronized @Nullable LogBatch cached(int streamId, long offset) {
        TreeMap<Long, LogBatch> stream = byOffset.get(streamId);
        if (stream == null) {
            return null;
        }
        Map.Entry<Long, LogBatch> found = stream.floorEntry(offset);
        if (found == null || found.getValue().endOffset() <= offset) {
            return null;
        }
        return byAge.get(new Key(streamId, found.getKey()));
    }

    private synchronized void remember(int streamId, LogBatch batch) {
        Key key = new Key(streamId, batch.baseOffset());
        if (byAge.putIfAbsent(key, batch) != null) {
            return;
        }
        byOffset.computeIfAbsent(streamId, id -> new TreeMap<>()).put(batch.baseOffset(), batch);
        bytes += batch.weightBytes();
        var oldest = byAge.entrySet().iterator();
        while (bytes > maxBytes && byAge.size() > 1) {
            Map.Entry<Key, LogBatch> victim = oldest.next();
            oldest.remove();
            TreeMap<Long, LogBatch> stream = byOffset.get(victim.getKey().streamId());
            if (stream != null) {
                stream.remove(victim.getKey().baseOffset());
            }
            bytes -= victim.getValue().weightBytes();
        }
    }
}
