package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The way from a thread of the node to the proposer, on which the thread may be held up at the last moment: what it decided
 * is then submitted much later, when much has happened.
 */
final class HesitantSubmitter implements CommandSubmitter {

    private static final int HESITATES_ONE_IN = 25;

    /** Chances to go on that are let pass: long enough for this node to lose the leadership and to regain it. */
    private static final int LONGEST_PATIENCE = 30;

    private final World world;
    private final CommandSubmitter proposer;
    private final History history;
    private final boolean oneThread;
    /** Of the one thread behind this, in its order: while something is here the thread does nothing else. */
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    /** Of many threads. */
    private final List<Runnable> loose = new ArrayList<>();

    private int patience;

    /** @param oneThread false: commands that rest on no plan come from threads of their own, in any order */
    HesitantSubmitter(World world, CommandSubmitter proposer, History history, boolean oneThread) {
        this.world = world;
        this.proposer = proposer;
        this.history = history;
        this.oneThread = oneThread;
    }

    boolean isHeldUp() {
        return !held.isEmpty();
    }

    /** A thread that was held up goes on. */
    void resume() {
        if (patience > 0 && world.rough) {
            patience--;
            return;
        }
        if (!loose.isEmpty() && (held.isEmpty() || world.random.nextBoolean())) {
            loose.remove(world.below(loose.size())).run();
            return;
        }
        Runnable next = held.poll();
        if (next != null) {
            next.run();
        }
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        return go(!oneThread, () -> proposer.submit(commands));
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        history.planned(commands, plannedTerm);
        return go(
                false,
                () -> world.sabotage == Sabotage.IGNORE_PLANNED_TERM
                        ? proposer.submit(commands)
                        : proposer.submit(commands, plannedTerm));
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        return go(false, () -> proposer.append(command, plannedTerm));
    }

    private CompletableFuture<Decided> go(boolean ownThread, Supplier<CompletableFuture<Decided>> submission) {
        boolean hesitates = world.mishap(HESITATES_ONE_IN);
        if (!hesitates && (ownThread || held.isEmpty())) {
            return submission.get();
        }
        CompletableFuture<Decided> answer = new CompletableFuture<>();
        Runnable later = () -> {
            CompletableFuture<?> unused = submission.get().whenComplete((decided, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    answer.complete(decided);
                }
            });
        };
        patience = world.oneIn(3) ? world.below(LONGEST_PATIENCE) : patience;
        if (ownThread) {
            loose.add(later);
        } else {
            held.add(later);
        }
        return answer;
    }
}
