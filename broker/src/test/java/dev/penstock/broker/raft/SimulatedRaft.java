package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One node as {@link RaftNode} puts it together, without Ratis and without threads: the proposer, who leads, the machine.
 * For simulations outside of this package.
 */
public final class SimulatedRaft implements AppliedState {

    /** Few commands an entry and a short patience, so that there are many entries and outcomes stay open. */
    private static final ProposerLimits LIMITS =
            new ProposerLimits(2_000, 3_000, 1 << 20, 1 << 16, 400, 16 << 20, 8, 15, 100, 3_000);

    /** Where entries go. */
    public interface Gate {
        CompletableFuture<?> propose(Handed entry, byte[] content);
    }

    /** An entry that was handed over, as it comes back when it is applied. */
    public static final class Handed {
        private final Entry entry;

        Handed(Entry entry) {
            this.entry = entry;
        }

        /** Whether somebody was told that nothing of it was applied and nothing will be. */
        public boolean refusedForGood() {
            return entry.submissions.stream().anyMatch(submission -> refusedForGood(submission.future));
        }

        /** Whether somebody was told that it may have been applied, or may still be. */
        public boolean toldUnknown() {
            return entry.submissions.stream().anyMatch(submission -> isUnknown(submission.future));
        }

        private static boolean refusedForGood(CompletableFuture<CommandSubmitter.Decided> answer) {
            return answer.isCompletedExceptionally() && !isUnknown(answer);
        }

        private static boolean isUnknown(CompletableFuture<CommandSubmitter.Decided> answer) {
            return answer.isCompletedExceptionally()
                    && answer.handle((decided, failure) -> failure).join()
                            instanceof CommandSubmitter.NotDecided notDecided
                    && notDecided.outcomeUnknown();
        }
    }

    private final String nodeId;
    private final LongSupplier nanoTime;
    private final Proposer proposer;
    private final LeaderWatch leaderWatch;
    private final List<Listener> listeners = new ArrayList<>();
    private Machine machine;

    /** @param stamps what becomes of each stamp: for sabotage */
    public SimulatedRaft(
            String nodeId,
            Machine machine,
            Gate gate,
            LongSupplier nanoTime,
            LongSupplier wallMillis,
            Executor events,
            LongUnaryOperator stamps) {
        this.nodeId = nodeId;
        this.machine = machine;
        this.nanoTime = nanoTime;
        this.leaderWatch = new LeaderWatch(events);
        this.proposer = new Proposer(
                LIMITS,
                new Codec(stamps),
                (entry, content) -> gate.propose(new Handed(entry), content),
                nanoTime,
                wallMillis,
                events,
                new DiskGuard(() -> Long.MAX_VALUE, 0),
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                });
    }

    private record Codec(LongUnaryOperator stamps) implements EntryCodec {
        @Override
        public byte[] encode(Command command) {
            return CommandCodec.encodeCommand(command);
        }

        @Override
        public byte[] envelope(long planningTerm, long stampMillis, long wallMillis, List<byte[]> commands) {
            return CommandCodec.envelope(planningTerm, stamps.applyAsLong(stampMillis), wallMillis, commands);
        }
    }

    public CommandSubmitter submitter() {
        return proposer;
    }

    public LeaderView leaderView() {
        return leaderWatch;
    }

    /** One round of the proposer. */
    public boolean step() {
        return proposer.step();
    }

    /** What happens a few times a second. */
    public void expire() {
        proposer.expire();
    }

    // ---- what the machine's adapter tells ----

    /** A checkpoint came from the leader. */
    public void use(Machine installed) {
        machine = installed;
    }

    public void leaderReady(long term) {
        proposer.lead(term, ClusterClock.startingAt(machine.clockMillis(), nanoTime));
        leaderWatch.ready(term, nodeId);
    }

    public void notLeader() {
        proposer.follow();
        leaderWatch.lost();
    }

    public void applied(Applied applied, @Nullable Handed own) {
        listeners.forEach(listener -> listener.applied(applied));
        if (own != null) {
            proposer.applied(own.entry, applied);
        }
    }

    /** What the node's watch does with what Raft says. */
    public void watch(LeaderView.Role role, long term, Optional<String> leader) {
        LeaderView.Leadership known = leaderWatch.leadership();
        if (known.ready() && (role != LeaderView.Role.LEADER || term != known.term())) {
            proposer.follow();
        }
        leaderWatch.observe(known, role, term, leader);
    }

    // ---- the applied state ----

    @Override
    public MachineView openView() {
        return machine.openView();
    }

    @Override
    public long appliedIndex() {
        return machine.appliedIndex();
    }

    @Override
    public boolean isCaughtUp() {
        return true;
    }

    @Override
    public long logTimeMillis() {
        ClusterClock clock = proposer.clock();
        return Math.max(machine.clockMillis(), clock == null ? Long.MIN_VALUE : clock.nowMillis());
    }

    @Override
    public void onApplied(Listener listener) {
        listeners.add(listener);
    }
}
