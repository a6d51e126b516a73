package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The cluster's log in one process without Raft, over a real machine: every port the services need. Entries are applied at
 * once, or held until the test says what becomes of them (applied and answered, applied without an answer, dropped).
 */
public final class LocalLog implements CommandSubmitter, LeaderView, AppliedState {

    private final Machine machine;
    private final List<Listener> appliedListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> leaderListeners = new CopyOnWriteArrayList<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private boolean holding;
    private boolean leading = true;
    private long term = 1;
    private long index;
    private long nowMillis = 1_000;

    private record Held(byte[] entry, CompletableFuture<Decided> answer) {}

    public LocalLog(Machine machine) {
        this.machine = machine;
        this.index = machine.appliedIndex();
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        CompletableFuture<Decided> answer = new CompletableFuture<>();
        synchronized (this) {
            if (!leading) {
                return CompletableFuture.failedFuture(new NotDecided("not the leader", false));
            }
            List<byte[]> encoded = new ArrayList<>();
            commands.forEach(command -> encoded.add(CommandCodec.encodeCommand(command)));
            held.add(new Held(CommandCodec.envelope(term, nowMillis, nowMillis, encoded), answer));
        }
        if (!holding) {
            release(true);
        }
        return answer;
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        synchronized (this) {
            if (plannedTerm != ANY_TERM && plannedTerm != term) {
                return CompletableFuture.failedFuture(new NotDecided("planned in another term", false));
            }
        }
        return submit(commands);
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        return submit(List.of(command), plannedTerm);
    }

    /** From now on entries wait for {@link #release} or {@link #drop}. */
    public synchronized void hold() {
        holding = true;
    }

    public synchronized int heldEntries() {
        return held.size();
    }

    /** Applies everything held; {@code answer} false: the submitters learn only that the outcome is unknown. */
    public void release(boolean answer) {
        while (true) {
            Held next;
            Applied applied;
            synchronized (this) {
                next = held.poll();
                if (next == null) {
                    return;
                }
                applied = machine.apply(term, ++index, next.entry());
            }
            appliedListeners.forEach(listener -> listener.applied(applied));
            if (answer) {
                next.answer().complete(new Decided(applied.index(), applied.replies()));
            } else {
                next.answer().completeExceptionally(new NotDecided("no answer", true));
            }
        }
    }

    /** Drops everything held: the submitters learn only that the outcome is unknown. */
    public void drop() {
        List<Held> dropped;
        synchronized (this) {
            dropped = List.copyOf(held);
            held.clear();
        }
        dropped.forEach(entry -> entry.answer().completeExceptionally(new NotDecided("no answer", true)));
    }

    public void stopHolding() {
        synchronized (this) {
            holding = false;
        }
        release(true);
    }

    public void lead(boolean leads) {
        synchronized (this) {
            leading = leads;
            if (leads) {
                term++;
            }
        }
        leaderListeners.forEach(Runnable::run);
    }

    /** Moves log time and nothing else. */
    public synchronized void advanceOnly(long millis) {
        nowMillis += millis;
    }

    /** Moves log time and ends what is due. */
    public List<Reply> advance(long millis) {
        synchronized (this) {
            nowMillis += millis;
        }
        return submit(List.of(new Command.Expire(10_000))).join().replies();
    }

    @Override
    public synchronized Leadership leadership() {
        return new Leadership(
                leading ? Role.LEADER : Role.FOLLOWER, term, leading, leading ? Optional.of("n1") : Optional.empty());
    }

    @Override
    public void onChange(Runnable listener) {
        leaderListeners.add(listener);
    }

    @Override
    public MachineView openView() {
        return machine.openView();
    }

    @Override
    public synchronized long appliedIndex() {
        return index;
    }

    @Override
    public boolean isCaughtUp() {
        return true;
    }

    @Override
    public synchronized long logTimeMillis() {
        return nowMillis;
    }

    @Override
    public void onApplied(Listener listener) {
        appliedListeners.add(listener);
    }
}
