package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.raft.Entry.Lane;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the commands of all callers into few, full Raft entries. One thread gathers, stamps and hands over, so that the
 * order of stamps is the order of entries; callers and Ratis' threads only touch the queues, under one lock that is never
 * held while Ratis is called.
 *
 * <p>Two lanes. Lease commands: one entry on its way; all that arrive meanwhile go into the next. Appends: several entries
 * on their way, in order, as many bytes as {@link AppendWindow} allows.
 */
final class Proposer implements CommandSubmitter, AutoCloseable {

    /** Where entries go. */
    interface EntryLog {
        /**
         * Hands over, in the order of calls; may block. The future ends, either way, when Raft has done with the entry; an
         * entry that was applied has had {@link Entry#applied} called before.
         */
        CompletableFuture<?> propose(Entry entry, byte[] content);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Proposer.class);
    /** Ratis adds its own header to what we hand over. */
    private static final int MAX_CONTENT_BYTES = RatisSettings.ENTRY_BYTE_LIMIT - (1 << 20);

    /** How long after the last lease command the tight append window is kept: pollers come back within this. */
    private static final long LEASES_ABOUT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ProposerLimits limits;
    private final EntryCodec codec;
    private final EntryLog log;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMillis;
    private final Executor failures;
    private final DiskGuard disk;
    private final FailStop failStop;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    // All below are guarded by the lock.
    private final ArrayDeque<Submission> leases = new ArrayDeque<>();
    private final AppendQueue appends = new AppendQueue();
    private final Set<Entry> handed = new LinkedHashSet<>();
    private final AppendWindow window;
    private @Nullable Reign reign;
    private long reigns;
    private long leaseBytes;
    private boolean leaseOnItsWay;
    private long appendBytesOnTheirWay;
    private int appendsOnTheirWay;
    private long lastLeaseNanos;
    private boolean closed;

    /** One leadership of this node. */
    private record Reign(long number, long term, ClusterClock clock) {}

    private record Gathered(Entry entry, Reign reign) {}

    /** @param failures runs completions that tell of a failure: Ratis may report those under its server lock */
    Proposer(
            ProposerLimits limits,
            EntryCodec codec,
            EntryLog log,
            LongSupplier nanoTime,
            LongSupplier wallMillis,
            Executor failures,
            DiskGuard disk,
            FailStop failStop) {
        this.limits = limits;
        this.codec = codec;
        this.log = log;
        this.nanoTime = nanoTime;
        this.wallMillis = wallMillis;
        this.failures = failures;
        this.disk = disk;
        this.failStop = failStop;
        this.window = new AppendWindow(
                limits.leaseTargetMillis(), limits.calmTargetMillis(), limits.maxOutstandingAppendBytes());
        this.lastLeaseNanos = nanoTime.getAsLong() - LEASES_ABOUT_NANOS;
        this.thread = new Thread(this::run, "penstock-proposer");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    // ---- callers ----

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        return enqueue(Lane.LEASE, commands, 0, ANY_TERM);
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        return enqueue(Lane.LEASE, commands, 0, plannedTerm);
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        if (disk.isFull() && bringsEvents(command)) {
            return refused(
                    NotDecided.Reason.DISK_FULL,
                    "less than " + disk.minFreeBytes() + " bytes (storage.min_free) are free on this node's disk");
        }
        return enqueue(Lane.APPEND, List.of(command), sourceOf(command), plannedTerm);
    }

    private static boolean bringsEvents(Command command) {
        return command instanceof Command.Append
                || command instanceof Command.StopSource
                || command instanceof Command.DeadLetter;
    }

    private static int sourceOf(Command command) {
        if (command instanceof Command.Append append) {
            return append.streamId();
        } else if (command instanceof Command.SourceBound bound) {
            return bound.streamId();
        } else if (command instanceof Command.StopSource stop) {
            return stop.streamId();
        } else if (command instanceof Command.SourceTimeline timeline) {
            return timeline.streamId();
        } else if (command instanceof Command.ResumeSource resume) {
            return resume.streamId();
        }
        return -1;
    }

    private CompletableFuture<Decided> enqueue(Lane lane, List<Command> commands, int source, long plannedTerm) {
        if (commands.isEmpty()) {
            throw new IllegalArgumentException("expected at least one command");
        }
        List<byte[]> encoded = new ArrayList<>(commands.size());
        for (Command command : commands) {
            encoded.add(codec.encode(command));
        }
        Submission submission = new Submission(encoded, source, nanoTime.getAsLong());
        if (submission.bytes > limits.maxCommandBytes()) {
            return refused(
                    NotDecided.Reason.TOO_LARGE,
                    "the command has " + submission.bytes + " bytes, an entry holds " + limits.maxCommandBytes());
        }
        lock.lock();
        try {
            Reign now = reign;
            if (now == null || closed) {
                return refused(NotDecided.Reason.NOT_LEADER, "this node does not lead; ask the leader");
            }
            if (plannedTerm != ANY_TERM && plannedTerm != now.term()) {
                return refused(
                        NotDecided.Reason.NOT_LEADER,
                        "planned in term " + plannedTerm + ", this node now leads in term " + now.term());
            }
            if (!admit(lane, submission)) {
                return refused(NotDecided.Reason.OVERLOADED, "too many commands wait for the log; try again later");
            }
            work.signal();
        } finally {
            lock.unlock();
        }
        return submission.future;
    }

    private boolean admit(Lane lane, Submission submission) {
        if (lane == Lane.LEASE) {
            lastLeaseNanos = submission.enqueuedNanos;
            if (leases.size() >= limits.maxQueuedCommands()
                    || (!leases.isEmpty() && leaseBytes + submission.bytes > limits.maxQueuedBytes())) {
                return false;
            }
            leases.add(submission);
            leaseBytes += submission.bytes;
            return true;
        }
        if (appends.count() >= limits.maxQueuedCommands()
                || (!appends.isEmpty() && appends.bytes() + submission.bytes > limits.maxQueuedBytes())) {
            return false;
        }
        appends.add(submission);
        return true;
    }

    private static CompletableFuture<Decided> refused(NotDecided.Reason reason, String message) {
        return CompletableFuture.failedFuture(new NotDecided(reason, message));
    }

    // ---- leadership ----

    /** This node leads, and its start-up entry of that term is applied. */
    void lead(long term, ClusterClock clock) {
        // Its loss may not have been told: what waits from an earlier reign must not be stamped with this one's term.
        follow();
        lock.lock();
        try {
            reign = new Reign(++reigns, term, clock);
            leaseOnItsWay = false;
            appendBytesOnTheirWay = 0;
            appendsOnTheirWay = 0;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** This node leads no more. What was not handed over is refused; what was, ends when Raft says so. Never blocks long. */
    void follow() {
        follow(ANY_TERM);
    }

    /** The same, unless it leads in another term by now: the news may be older than the present reign. */
    void follow(long term) {
        failQueued(takeQueued(term), NotDecided.Reason.NOT_LEADER, "this node lost the leadership; ask the new leader");
    }

    private List<Submission> takeQueued(long term) {
        lock.lock();
        try {
            Reign now = reign;
            if (now == null || (term != ANY_TERM && now.term() != term)) {
                return List.of();
            }
            reign = null;
            List<Submission> queued = new ArrayList<>(leases);
            leases.clear();
            leaseBytes = 0;
            queued.addAll(appends.takeAll());
            return queued;
        } finally {
            lock.unlock();
        }
    }

    private void failQueued(List<Submission> queued, NotDecided.Reason reason, String message) {
        if (!queued.isEmpty()) {
            failures.execute(() -> queued.forEach(s -> s.notDecided(new NotDecided(reason, message))));
        }
    }

    /** Log time if this node leads. */
    @Nullable
    ClusterClock clock() {
        lock.lock();
        try {
            Reign now = reign;
            return now == null ? null : now.clock();
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread ----

    private void run() {
        try {
            for (Gathered next = awaitNext(); next != null; next = awaitNext()) {
                handOver(next);
            }
        } catch (InterruptedException e) {
            LOG.debug("The proposer was interrupted and ends");
        } catch (RuntimeException | Error e) {
            // Without this thread the node would stay leader and propose nothing, for ever.
            failStop.halt("the proposer failed", e);
        }
    }

    private @Nullable Gathered awaitNext() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                Gathered next = gather();
                if (next != null) {
                    return next;
                }
                work.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** One round of the thread's work without its waiting, for whoever leads this proposer by hand; false if none was due. */
    boolean step() {
        Gathered next;
        lock.lock();
        try {
            next = gather();
        } finally {
            lock.unlock();
        }
        if (next == null) {
            return false;
        }
        handOver(next);
        return true;
    }

    private @Nullable Gathered gather() {
        Reign now = reign;
        if (now == null || closed) {
            return null;
        }
        Entry entry = null;
        if (!leaseOnItsWay && !leases.isEmpty()) {
            leaseOnItsWay = true;
            entry = newEntry(Lane.LEASE, takeLeases(), now, false, false);
        } else if (appendMayGo()) {
            List<Submission> taken = appends.take(limits.maxAppendEntryBytes());
            long sum = taken.stream().mapToLong(s -> s.bytes).sum();
            boolean full = appendBytesOnTheirWay + sum >= window.bytes(leasesAbout()) || !appends.isEmpty();
            entry = newEntry(Lane.APPEND, taken, now, full, appendsOnTheirWay == 0);
            appendBytesOnTheirWay += sum;
            appendsOnTheirWay++;
        }
        if (entry == null) {
            return null;
        }
        handed.add(entry);
        return new Gathered(entry, now);
    }

    private Entry newEntry(Lane lane, List<Submission> taken, Reign now, boolean windowWasFull, boolean alone) {
        int sum = taken.stream().mapToInt(s -> s.bytes).sum();
        return new Entry(lane, taken, now.number(), sum, nanoTime.getAsLong(), windowWasFull, alone);
    }

    private List<Submission> takeLeases() {
        List<Submission> taken = new ArrayList<>();
        int sum = 0;
        for (Submission next = leases.peek();
                next != null && (taken.isEmpty() || sum + next.bytes <= limits.maxLeaseEntryBytes());
                next = leases.peek()) {
            taken.add(leases.remove());
            sum += next.bytes;
        }
        leaseBytes -= sum;
        return taken;
    }

    private boolean appendMayGo() {
        Submission next = appends.peek();
        if (next == null) {
            return false;
        }
        return appendsOnTheirWay == 0
                || (appendsOnTheirWay < limits.maxOutstandingAppends()
                        && appendBytesOnTheirWay + next.bytes <= window.bytes(leasesAbout()));
    }

    private boolean leasesAbout() {
        return leaseOnItsWay || !leases.isEmpty() || nanoTime.getAsLong() - lastLeaseNanos < LEASES_ABOUT_NANOS;
    }

    private void handOver(Gathered next) {
        Entry entry = next.entry();
        try {
            byte[] content = codec.envelope(
                    next.reign().term(), next.reign().clock().nowMillis(), wallMillis.getAsLong(), entry.commands());
            if (content.length > MAX_CONTENT_BYTES) {
                // An entry beyond Ratis' limit would make this leader step down, again and again.
                entry.notDecided(new NotDecided(
                        NotDecided.Reason.TOO_LARGE,
                        "the entry has " + content.length + " bytes, the log takes " + MAX_CONTENT_BYTES));
                ended(entry, null);
                return;
            }
            var unused = log.propose(entry, content).whenComplete((ignored, failure) -> ended(entry, failure));
        } catch (RuntimeException e) {
            ended(entry, e);
        }
    }

    /** On any of Ratis' threads, sometimes under its server lock. */
    private void ended(Entry entry, @Nullable Throwable failure) {
        lock.lock();
        try {
            handed.remove(entry);
            Reign now = reign;
            if (now != null && now.number() == entry.reign) {
                release(entry, failure == null);
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        if (entry.answered()) {
            return;
        }
        LOG.debug("An entry of {} bytes ended without a reply", entry.bytes, failure);
        failures.execute(() -> entry.notDecided(new NotDecided(
                NotDecided.Reason.UNKNOWN,
                "the log gave no answer; the commands may have been applied, or may still be")));
    }

    private void release(Entry entry, boolean committed) {
        if (entry.lane == Lane.LEASE) {
            leaseOnItsWay = false;
            return;
        }
        appendBytesOnTheirWay -= entry.bytes;
        appendsOnTheirWay--;
        if (committed) {
            window.committed(
                    entry.bytes,
                    entry.handedNanos,
                    nanoTime.getAsLong(),
                    entry.windowWasFull,
                    entry.alone,
                    leasesAbout());
        }
    }

    /** On the apply thread: the entry came back, applied. */
    void applied(Entry entry, Applied applied) {
        entry.applied(applied);
    }

    // ---- time ----

    /** Called a few times a second: nobody waits longer than the deadline. */
    void expire() {
        long before = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(limits.deadlineMillis());
        List<Submission> waited = new ArrayList<>();
        List<Entry> silent = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Submission> i = leases.iterator(); i.hasNext(); ) {
                Submission next = i.next();
                if (next.enqueuedNanos - before >= 0) {
                    break;
                }
                i.remove();
                leaseBytes -= next.bytes;
                waited.add(next);
            }
            waited.addAll(appends.takeOlderThan(before));
            for (Entry entry : handed) {
                if (entry.handedNanos - before < 0) {
                    silent.add(entry);
                }
            }
        } finally {
            lock.unlock();
        }
        failQueued(waited, NotDecided.Reason.OVERLOADED, "the log took no entry in time; nothing was applied");
        silent.forEach(entry -> failures.execute(() -> entry.notDecided(new NotDecided(
                NotDecided.Reason.UNKNOWN, "the log did not answer in time; the commands may still be applied"))));
    }

    /** Bytes and entries of appends handed over, for metrics and tests. */
    long appendBytesOnTheirWay() {
        lock.lock();
        try {
            return appendBytesOnTheirWay;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        follow();
        thread.interrupt();
    }
}
