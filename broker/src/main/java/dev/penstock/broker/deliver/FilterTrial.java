package dev.penstock.broker.deliver;

import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatch;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.plan.filter.Judgement;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Runs a filter over the newest events of a stream, on any node, touching nothing. Thread-safe; reads block on the store:
 * call it from the reader pool. Refusals are thrown as {@link Refused}.
 */
public final class FilterTrial {

    public static final int MAX_EVENTS = 10_000;

    private static final int MAX_SHOWN = 100;
    private static final long MAX_SHOWN_BYTES = 4L << 20;

    /** A reader thread is lent for so long at most. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AppliedState state;
    private final LogBatches batches;
    private final LongSupplier nanoTime;

    public FilterTrial(AppliedState state, LogBatches batches) {
        this(state, batches, System::nanoTime);
    }

    FilterTrial(AppliedState state, LogBatches batches, LongSupplier nanoTime) {
        this.state = state;
        this.batches = batches;
        this.nanoTime = nanoTime;
    }

    /** @param filterError why the filter could not judge it; it would be delivered for that */
    public record Shown(RenderedEvent event, Optional<String> filterError) {}

    /**
     * @param from first offset judged
     * @param to offset after the last one judged
     * @param failed events that would be delivered because the filter fails on them; not among those matched
     * @param complete false if the time was over before all were judged
     * @param shown the first of those that would be delivered
     */
    public record Result(
            long from, long to, int matched, int notMatched, int failed, boolean complete, List<Shown> shown) {
        public Result {
            shown = List.copyOf(shown);
        }
    }

    /** @param last how many of the newest events, 1 to {@link #MAX_EVENTS} */
    public Result run(String stream, GroupFilter filter, int last) {
        long until = nanoTime.getAsLong() + MAX_NANOS;
        try (MachineView view = state.openView()) {
            StreamState of = Streams.named(stream, state, view);
            long from = Math.max(of.earliest(), of.end() - last);
            Tally tally = new Tally(stream, filter);
            long next = from;
            while (next < of.end() && nanoTime.getAsLong() - until < 0) {
                long offset = next;
                LogBatch batch = batches.at(view, of.id(), offset)
                        .orElseThrow(() -> new IllegalStateException("expected offset " + offset + " of stream '"
                                + of.name() + "' below its end " + of.end() + " to be stored"));
                boolean[] routes = filter.routes(batch.header());
                while (next < batch.endOffset() && nanoTime.getAsLong() - until < 0) {
                    tally.add(batch, routes, next);
                    next++;
                }
            }
            return tally.result(from, next, next == of.end());
        }
    }

    /** The counts of one run. */
    private static final class Tally {
        private final String stream;
        private final GroupFilter filter;
        private final List<Shown> shown = new ArrayList<>();
        private long shownBytes;
        private int matched;
        private int notMatched;
        private int failed;

        Tally(String stream, GroupFilter filter) {
            this.stream = stream;
            this.filter = filter;
        }

        void add(LogBatch batch, boolean[] routes, long offset) {
            int i = Math.toIntExact(offset - batch.baseOffset());
            boolean wanted = routes[batch.columns().route(i)] && filter.wants(batch, i);
            if (!wanted) {
                notMatched++;
                return;
            }
            Judgement judgement = filter.judge(batch, i);
            switch (judgement.verdict()) {
                case MATCHES -> {
                    matched++;
                    show(batch, offset, Optional.empty());
                }
                case DOES_NOT_MATCH -> notMatched++;
                case FAILED -> {
                    failed++;
                    show(batch, offset, Optional.of(judgement.reason()));
                }
            }
        }

        private void show(LogBatch batch, long offset, Optional<String> filterError) {
            if (shown.size() < MAX_SHOWN && (shown.isEmpty() || shownBytes < MAX_SHOWN_BYTES)) {
                RenderedEvent event = EventRenderer.render(stream, batch, offset);
                shownBytes += event.json().length;
                if (shown.isEmpty() || shownBytes <= MAX_SHOWN_BYTES) {
                    shown.add(new Shown(event, filterError));
                }
            }
        }

        Result result(long from, long to, boolean complete) {
            return new Result(from, to, matched, notMatched, failed, complete, shown);
        }
    }
}
