package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sees messages that were sent through this node come out of the slot into the log. Looks at the log only while somebody
 * waits, at each batch once, and at the index of those only that hold messages in envelopes. Thread-safe; reads on the
 * executor given, one at a time.
 */
public final class LogArrivals {

    /** Transactions remembered of which nobody has asked yet: their senders are about to. */
    private static final int MAX_REMEMBERED = 20_000;

    /** Of one transaction; those of applications may be of any size. */
    private static final int MAX_OFFSETS = 10;

    private final AppliedState state;
    private final LogBatches batches;
    private final Executor executor;
    private final AtomicBoolean posted = new AtomicBoolean();
    private final Map<Integer, Watch> watches = new HashMap<>();

    public LogArrivals(AppliedState state, LogBatches batches, Executor executor) {
        this.state = state;
        this.batches = batches;
        this.executor = executor;
        state.onApplied(this::applied);
    }

    /** One stream, as long as somebody waits for it. */
    private static final class Watch {
        int tickets;
        long lookedTo;
        final LinkedHashMap<Integer, List<Long>> seen = new LinkedHashMap<>();
        final Map<Integer, Waiting> waiting = new HashMap<>();
    }

    private record Waiting(int count, CompletableFuture<List<Long>> arrived) {}

    /** From before something is sent to after it was seen, or nobody waits any more: to be closed. */
    public final class Ticket implements AutoCloseable {

        private final int streamId;
        private final AtomicBoolean open = new AtomicBoolean(true);
        private volatile int xid;

        private Ticket(int streamId) {
            this.streamId = streamId;
        }

        /** Completes with the offsets of the transaction's messages when so many of them are in the log. */
        public CompletableFuture<List<Long>> arrived(int ofXid, int count) {
            xid = ofXid;
            return await(streamId, ofXid, count);
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                release(streamId, xid);
            }
        }
    }

    /** @param end of the stream, as a view has it that was opened before anything is sent */
    synchronized Ticket open(int streamId, long end) {
        Watch watch = watches.computeIfAbsent(streamId, id -> new Watch());
        if (watch.tickets++ == 0) {
            watch.lookedTo = Math.max(watch.lookedTo, end);
        }
        return new Ticket(streamId);
    }

    private synchronized void release(int streamId, int xid) {
        Watch watch = watches.get(streamId);
        if (watch == null) {
            return;
        }
        watch.waiting.remove(xid);
        if (--watch.tickets == 0) {
            watches.remove(streamId);
        }
    }

    private synchronized CompletableFuture<List<Long>> await(int streamId, int xid, int count) {
        CompletableFuture<List<Long>> arrived = new CompletableFuture<>();
        Watch watch = watches.get(streamId);
        if (watch == null) {
            return arrived;
        }
        List<Long> seen = watch.seen.getOrDefault(xid, List.of());
        if (seen.size() >= count) {
            arrived.complete(List.copyOf(seen.subList(0, count)));
        } else {
            watch.waiting.put(xid, new Waiting(count, arrived));
        }
        return arrived;
    }

    private void applied(Applied applied) {
        if (!applied.grownStreams().isEmpty() && isWatching() && posted.compareAndSet(false, true)) {
            try {
                executor.execute(this::look);
            } catch (RejectedExecutionException e) {
                // The node stops: who waits goes on without having seen it.
                posted.set(false);
            }
        }
    }

    private synchronized boolean isWatching() {
        return !watches.isEmpty();
    }

    private void look() {
        posted.set(false);
        for (int streamId : streams()) {
            try (MachineView view = state.openView()) {
                look(view, streamId);
            } catch (Refused noState) {
                return;
            }
        }
    }

    private synchronized List<Integer> streams() {
        return List.copyOf(watches.keySet());
    }

    private void look(MachineView view, int streamId) {
        long end = view.stream(streamId).map(stream -> stream.end()).orElse(0L);
        long at;
        synchronized (this) {
            Watch watch = watches.get(streamId);
            at = watch == null ? end : watch.lookedTo;
        }
        Map<Integer, List<Long>> found = new LinkedHashMap<>();
        while (at < end) {
            LogBatch batch = batches.at(view, streamId, at).orElse(null);
            if (batch == null) {
                break;
            }
            collect(batch, at, found);
            at = batch.endOffset();
        }
        note(streamId, at, found);
    }

    private static void collect(LogBatch batch, long from, Map<Integer, List<Long>> found) {
        List<Route> routes = batch.header().routes();
        boolean[] wanted = new boolean[routes.size()];
        boolean any = false;
        for (int i = 0; i < wanted.length; i++) {
            Route route = routes.get(i);
            wanted[i] = route.kind() == Route.Kind.MESSAGE && QueueConfig.isEnvelopePrefix(route.name());
            any |= wanted[i];
        }
        EventBatch.Columns columns = batch.columns();
        for (long offset = from; any && offset < batch.endOffset(); offset++) {
            int i = Math.toIntExact(offset - batch.baseOffset());
            if (wanted[columns.route(i)] && columns.xid(i) != 0) {
                List<Long> offsets = found.computeIfAbsent(columns.xid(i), xid -> new ArrayList<>());
                if (offsets.size() < MAX_OFFSETS) {
                    offsets.add(offset);
                }
            }
        }
    }

    private void note(int streamId, long to, Map<Integer, List<Long>> found) {
        List<Runnable> completions = new ArrayList<>();
        synchronized (this) {
            Watch watch = watches.get(streamId);
            if (watch == null) {
                return;
            }
            watch.lookedTo = Math.max(watch.lookedTo, to);
            found.forEach((xid, offsets) -> {
                List<Long> seen = watch.seen.computeIfAbsent(xid, unseen -> new ArrayList<>());
                seen.addAll(offsets.subList(0, Math.min(offsets.size(), MAX_OFFSETS - seen.size())));
                Waiting waiting = watch.waiting.get(xid);
                if (waiting != null && seen.size() >= waiting.count()) {
                    watch.waiting.remove(xid);
                    List<Long> all = List.copyOf(seen.subList(0, waiting.count()));
                    completions.add(() -> waiting.arrived().complete(all));
                }
            });
            while (watch.seen.size() > MAX_REMEMBERED) {
                watch.seen.remove(watch.seen.keySet().iterator().next());
            }
        }
        completions.forEach(Runnable::run);
    }
}
