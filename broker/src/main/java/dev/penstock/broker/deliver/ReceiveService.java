package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.ReceiveDesk.Waiting;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.broker.plan.Plan;
import dev.penstock.broker.plan.Planner;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves receives: holds them while nothing is available, plans grants when something is, and answers once the grant is
 * committed. One thread owns all of its state; other threads only put messages into its inbox. While a group's grants are
 * on their way to the log it is not planned again: what arrives meanwhile goes into one entry afterwards (group commit),
 * and the planner never needs to look through its own proposals.
 */
final class ReceiveService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveService.class);

    /** Messages granted in one entry at most: about 20 bytes each keep it below the 512 KiB of a lease entry. */
    private static final int MAX_MESSAGES_PER_ENTRY = 20_000;

    private static final long MAX_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final CommandSubmitter submitter;
    private final LeaderView leader;
    private final AppliedState state;
    private final LogBatches batches;
    private final GrantAnswers answers;
    private final int maxInFlightPerGroup;
    private final LongSupplier nanoTime;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Set<Integer> grownStreams = ConcurrentHashMap.newKeySet();
    private final Set<Integer> freedGroups = ConcurrentHashMap.newKeySet();
    private final Queue<FreedKeys> freedKeys = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakePosted = new AtomicBoolean();
    private final Map<String, ReceiveDesk> desks = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    private record FreedKeys(int groupId, Set<Long> keys) {}

    ReceiveService(
            CommandSubmitter submitter,
            LeaderView leader,
            AppliedState state,
            LogBatches batches,
            GrantAnswers answers,
            int maxInFlightPerGroup,
            LongSupplier nanoTime) {
        this.submitter = submitter;
        this.leader = leader;
        this.state = state;
        this.batches = batches;
        this.answers = answers;
        this.maxInFlightPerGroup = maxInFlightPerGroup;
        this.nanoTime = nanoTime;
        this.thread = new Thread(this::run, "penstock-receives");
        thread.setDaemon(true);
        state.onApplied(this::applied);
        leader.onChange(() -> inbox.add(this::leadershipChanged));
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Received> receive(ReceiveRequest request) {
        if (closed || !leader.leadership().leads()) {
            return CompletableFuture.failedFuture(notLeading());
        }
        Waiting waiting = new Waiting(request, nanoTime.getAsLong());
        CompletableFuture<Received> unused = waiting.answer.whenComplete((received, failure) -> {
            if (waiting.answer.isCancelled()) {
                inbox.add(() -> forget(waiting));
            }
        });
        inbox.add(() -> {
            ReceiveDesk desk = desks.computeIfAbsent(request.group(), name -> new ReceiveDesk());
            desk.waiting.add(waiting);
            desk.dirty = true;
        });
        return waiting.answer;
    }

    /** The group of that name was deleted. */
    void deleted(String group) {
        inbox.add(() -> {
            ReceiveDesk desk = desks.get(group);
            if (desk != null) {
                desk.dropBacklog();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        inbox.add(() -> {});
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void applied(Applied applied) {
        if (applied.grownStreams().isEmpty() && applied.freedGroups().isEmpty()) {
            return;
        }
        grownStreams.addAll(applied.grownStreams());
        freedGroups.addAll(applied.freedGroups());
        applied.freedKeys().forEach((groupId, keys) -> freedKeys.add(new FreedKeys(groupId, keys)));
        if (wakePosted.compareAndSet(false, true)) {
            inbox.add(this::markDirty);
        }
    }

    private void markDirty() {
        wakePosted.set(false);
        List<Integer> streams = drain(grownStreams);
        List<Integer> groups = drain(freedGroups);
        for (FreedKeys freed = freedKeys.poll(); freed != null; freed = freedKeys.poll()) {
            for (ReceiveDesk desk : desks.values()) {
                if (desk.groupId == freed.groupId()) {
                    desk.freed(freed.keys());
                }
            }
        }
        for (ReceiveDesk desk : desks.values()) {
            if (desk.groupId < 0 || streams.contains(desk.streamId) || groups.contains(desk.groupId)) {
                desk.dirty = true;
            }
        }
    }

    private static List<Integer> drain(Set<Integer> set) {
        List<Integer> drained = new ArrayList<>();
        for (Iterator<Integer> i = set.iterator(); i.hasNext(); ) {
            drained.add(i.next());
            i.remove();
        }
        return drained;
    }

    private void run() {
        while (!closed) {
            try {
                round(inbox.poll(idleNanos(), TimeUnit.NANOSECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException e) {
                LOG.error("A round of receives failed; those waiting are refused and may be repeated", e);
                refuseAll(new Refused(Refused.Code.OUTCOME_UNKNOWN, "the receive failed inside the node; repeat it"));
            }
        }
        refuseAll(notLeading());
    }

    /** One round of the thread's work without its waiting, for whoever leads this service by hand. */
    void round() {
        round(inbox.poll());
    }

    private void round(@Nullable Runnable first) {
        for (Runnable message = first; message != null; message = inbox.poll()) {
            message.run();
        }
        long now = nanoTime.getAsLong();
        for (Iterator<Map.Entry<String, ReceiveDesk>> i = desks.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<String, ReceiveDesk> entry = i.next();
            ReceiveDesk desk = entry.getValue();
            if (desk.backsOff && desk.retryNanos - now <= 0) {
                desk.backsOff = false;
                desk.dirty = true;
            }
            if (desk.wakes && desk.wakeNanos - now <= 0) {
                desk.wakes = false;
                desk.dirty = true;
            }
            if (desk.dirty && !desk.granting) {
                plan(entry.getKey(), desk);
            }
            answerOverdue(desk, now);
            // What waits behind keys took reading to find out: it is kept for the next receive.
            if (desk.waiting.isEmpty() && !desk.granting && !desk.hasBacklog()) {
                i.remove();
            }
        }
    }

    private long idleNanos() {
        long now = nanoTime.getAsLong();
        long idle = MAX_IDLE_NANOS;
        for (ReceiveDesk desk : desks.values()) {
            if (desk.dirty && !desk.granting && !desk.waiting.isEmpty()) {
                return 0;
            }
            if (desk.wakes && !desk.waiting.isEmpty()) {
                idle = Math.min(idle, desk.wakeNanos - now);
            }
            for (Waiting waiting : desk.waiting) {
                idle = Math.min(idle, waiting.deadlineNanos - now);
            }
        }
        return Math.max(0, idle);
    }

    private void plan(String name, ReceiveDesk desk) {
        desk.dirty = false;
        desk.waiting.removeIf(waiting -> waiting.answer.isDone());
        if (desk.waiting.isEmpty()) {
            return;
        }
        List<Waiting> served = new ArrayList<>();
        List<Command> grants = new ArrayList<>();
        GroupState group;
        // Read before the view is opened: a plan made on the view of an earlier leadership is refused by its term.
        long term = leader.leadership().term();
        try (MachineView view = state.openView()) {
            group = view.group(name).orElse(null);
            if (group == null) {
                desk.dropBacklog();
                refuse(
                        desk,
                        new Refused(
                                Refused.Code.UNKNOWN_GROUP, "expected a known group, but there is no '" + name + "'"));
                return;
            }
            if (group.leased() >= maxInFlightPerGroup) {
                refuse(
                        desk,
                        new Refused(
                                Refused.Code.IN_FLIGHT_LIMIT,
                                "group '" + name + "' has " + group.leased()
                                        + " messages in flight, the limit: ack some, or let their leases end"));
                return;
            }
            // A resume frees the group, and with it this desk.
            if (!group.paused()) {
                planRound(desk, group, view, term, served, grants);
            }
        } catch (Refused refused) {
            refuse(desk, refused);
            return;
        } catch (RuntimeException e) {
            // What a plan that did not come about took out of the backlog would be missing from it.
            desk.dropBacklog();
            throw e;
        }
        if (!grants.isEmpty()) {
            desk.waiting.removeAll(served);
            desk.granting = true;
            desk.onlyScans = served.isEmpty();
            propose(desk, group, term, served, grants);
        }
    }

    private void planRound(
            ReceiveDesk desk,
            GroupState group,
            MachineView view,
            long term,
            List<Waiting> served,
            List<Command> grants) {
        long nowMillis = state.logTimeMillis();
        Planner planner = desk.planner(view, group, batches, term, maxInFlightPerGroup, nowMillis);
        desk.wakes = false;
        int messages = 0;
        for (Waiting waiting : desk.waiting) {
            if (messages >= MAX_MESSAGES_PER_ENTRY) {
                desk.dirty = true;
                return;
            }
            ReceiveRequest request = waiting.request;
            Plan plan = planner.next(request.max(), request.maxBytes());
            if (plan.notBeforeMillis() != Plan.NOW) {
                desk.wakes = true;
                desk.wakeNanos =
                        nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(plan.notBeforeMillis() - nowMillis);
            }
            if (plan.messages() == 0 && plan.delays().count() == 0 && served.isEmpty()) {
                // Only what matches nobody is judged for good: a grant may be refused, and its messages planned again.
                desk.judgedTo = plan.newScan();
            }
            if (plan.messages() == 0) {
                // Of a receive that ends without messages all is kept: it must not be judged for the next one again.
                boolean worth = plan.isWorthAnEntry()
                        || (plan.newScan() > plan.previousScan() && waiting.isOver(nanoTime.getAsLong(), true));
                boolean held = desk.backsOff && worth;
                desk.dirty |= plan.more() && !held;
                if (worth && !held) {
                    grants.add(plan.grant(group, 0));
                    planner.accept(plan);
                }
                return;
            }
            planner.accept(plan);
            served.add(waiting);
            grants.add(plan.grant(
                    group, request.visibilityMillis().orElse(group.config().visibilityMillis())));
            messages += plan.messages();
        }
    }

    private void propose(ReceiveDesk desk, GroupState group, long term, List<Waiting> served, List<Command> grants) {
        long plannedNanos = nanoTime.getAsLong();
        CompletableFuture<?> unused = submitted(grants, term)
                .whenComplete((decided, failure) -> inbox.add(() -> {
                    desk.granting = false;
                    if (failure != null) {
                        refuseGrants(desk, served, refusalOf(failure));
                        return;
                    }
                    if (decided.replies().stream().anyMatch(reply -> !(reply instanceof Reply.Granted))) {
                        desk.dropBacklog();
                    }
                    for (int i = 0; i < served.size(); i++) {
                        settleGrant(
                                desk,
                                group,
                                served.get(i),
                                decided.index(),
                                decided.replies().get(i),
                                plannedNanos);
                    }
                }));
    }

    /** Fails by its future only: a desk whose grants are on their way must hear of their end. */
    private CompletableFuture<CommandSubmitter.Decided> submitted(List<Command> grants, long term) {
        try {
            return submitter.submit(grants, term);
        } catch (RuntimeException e) {
            LOG.error("Grants could not be submitted; those waiting are refused and may be repeated", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private void refuseGrants(ReceiveDesk desk, List<Waiting> served, Refused refused) {
        desk.dropBacklog();
        if (served.isEmpty()) {
            // It only moved the scan, and nobody was refused by it: planned again at once it would be refused at once.
            desk.backsOff = true;
            desk.retryNanos = nanoTime.getAsLong() + MAX_IDLE_NANOS;
        } else {
            desk.dirty = true;
        }
        served.forEach(waiting -> waiting.answer.completeExceptionally(refused));
    }

    private void settleGrant(
            ReceiveDesk desk, GroupState group, Waiting waiting, long index, Reply reply, long plannedNanos) {
        if (reply instanceof Reply.Granted granted) {
            answers.read(group, desk.filterFor(group), waiting.answer, index, granted, plannedNanos);
        } else if (reply instanceof Reply.Rejected rejected && rejected.reason() == Reply.Rejection.UNKNOWN_GROUP) {
            waiting.answer.completeExceptionally(new Refused(Refused.Code.UNKNOWN_GROUP, rejected.detail()));
        } else if (reply instanceof Reply.Rejected rejected && rejected.reason() == Reply.Rejection.IN_FLIGHT_LIMIT) {
            waiting.answer.completeExceptionally(new Refused(Refused.Code.IN_FLIGHT_LIMIT, rejected.detail()));
        } else {
            // The plan was overtaken (a seek, a new plan version, a new term): the receive is planned anew.
            LOG.debug("Grant for group {} refused: {}", group.name(), reply);
            ReceiveDesk current = desks.computeIfAbsent(group.name(), name -> desk);
            current.waiting.add(0, waiting);
            current.judgedTo = 0;
            current.dirty = true;
        }
    }

    private void answerOverdue(ReceiveDesk desk, long nowNanos) {
        if (desk.granting && desk.waiting.isEmpty()) {
            return;
        }
        for (Iterator<Waiting> i = desk.waiting.iterator(); i.hasNext(); ) {
            Waiting waiting = i.next();
            if (waiting.answer.isDone()) {
                i.remove();
            } else if ((!desk.granting || desk.onlyScans) && waiting.isOver(nowNanos, desk.dirty || desk.granting)) {
                i.remove();
                waiting.answer.complete(new Received(state.appliedIndex(), nowNanos, List.of()));
            }
        }
    }

    private void forget(Waiting gone) {
        ReceiveDesk desk = desks.get(gone.request.group());
        if (desk != null) {
            desk.waiting.remove(gone);
        }
    }

    private void leadershipChanged() {
        if (!leader.leadership().leads()) {
            desks.values().forEach(ReceiveDesk::dropBacklog);
            refuseAll(notLeading());
        }
    }

    private void refuseAll(Refused refused) {
        desks.values().forEach(desk -> refuse(desk, refused));
    }

    private static void refuse(ReceiveDesk desk, Refused refused) {
        desk.waiting.forEach(waiting -> waiting.answer.completeExceptionally(refused));
        desk.waiting.clear();
    }

    private static Refused notLeading() {
        return new Refused(Refused.Code.NO_LEADER, "this node does not lead");
    }

    static Refused refusalOf(Throwable failure) {
        Throwable cause =
                failure instanceof java.util.concurrent.CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
        if (cause instanceof Refused refused) {
            return refused;
        }
        if (cause instanceof CommandSubmitter.NotDecided notDecided && !notDecided.outcomeUnknown()) {
            return new Refused(
                    switch (notDecided.reason()) {
                        case OVERLOADED, DISK_FULL -> Refused.Code.OVERLOADED;
                        case TOO_LARGE -> Refused.Code.INVALID_REQUEST;
                        default -> Refused.Code.NO_LEADER;
                    },
                    String.valueOf(notDecided.getMessage()));
        }
        return new Refused(
                Refused.Code.OUTCOME_UNKNOWN,
                "the command was sent to the log but got no answer; it may have been applied: repeat it");
    }
}
