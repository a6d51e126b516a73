package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.machine.Reply.ItemResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The way from a thread of the node to the proposer, on which the thread may be held up at the last moment: what it decided
 * is then submitted much later, when much has happened. Holds the sabotage that sits between services and log.
 */
final class HesitantSubmitter implements CommandSubmitter {

    private static final int HESITATES_ONE_IN = 25;

    private final World world;
    private final CommandSubmitter proposer;
    private final History history;
    private final boolean oneThread;
    /** Of the one thread behind this, in its order: while something is here the thread does nothing else. */
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    /** Of many threads. */
    private final List<Runnable> loose = new ArrayList<>();

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
        CompletableFuture<Decided> answer = go(!oneThread, () -> proposer.submit(commands));
        boolean lies = world.sabotage == Sabotage.ACK_UNKNOWN_IS_OK && commands.get(0) instanceof Command.Ack;
        return lies ? unknownIsOk((Command.Ack) commands.get(0), answer) : answer;
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        history.planned(commands, plannedTerm);
        List<Command> submitted = world.sabotage == Sabotage.SKIP_A_MATCH
                ? commands.stream().map(this::withoutItsLast).toList()
                : commands;
        return go(
                false,
                () -> world.sabotage == Sabotage.IGNORE_PLANNED_TERM
                        ? proposer.submit(submitted)
                        : proposer.submit(submitted, plannedTerm));
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        CompletableFuture<Decided> answer = go(false, () -> proposer.append(command, plannedTerm));
        if (world.sabotage == Sabotage.CONFIRM_EARLY && command instanceof Command.Append) {
            return CompletableFuture.completedFuture(new Decided(0, List.of(new Reply.Appended(0, 1))));
        }
        if (world.sabotage == Sabotage.RELABEL_UNKNOWN && command instanceof Command.Append append) {
            return answer.exceptionallyCompose(failure ->
                    proposer.append(new Command.Append(append.streamId(), history.relabelled(append.batch()))));
        }
        return answer;
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
        if (ownThread) {
            loose.add(later);
        } else {
            held.add(later);
        }
        return answer;
    }

    private Command withoutItsLast(Command command) {
        if (!(command instanceof Command.Grant grant) || grant.fresh().length == 0 || !world.oneIn(50)) {
            return command;
        }
        int kept = grant.fresh().length - 1;
        return new Command.Grant(
                grant.groupId(),
                grant.generation(),
                grant.planVersion(),
                grant.previousScan(),
                grant.newScan(),
                Arrays.copyOf(grant.fresh(), kept),
                Arrays.copyOf(grant.freshKeyHashes(), 2 * kept),
                grant.retries(),
                grant.visibilityMillis());
    }

    private CompletableFuture<Decided> unknownIsOk(Command.Ack ack, CompletableFuture<Decided> answer) {
        return answer.exceptionallyCompose(failure -> {
            if (!(failure instanceof NotDecided notDecided && notDecided.outcomeUnknown())) {
                return CompletableFuture.failedFuture(failure);
            }
            ItemResult[] results = new ItemResult[ack.leases().size()];
            Arrays.fill(results, ItemResult.OK);
            return CompletableFuture.completedFuture(
                    new Decided(history.length(), List.of(new Reply.Settled(results))));
        });
    }
}
