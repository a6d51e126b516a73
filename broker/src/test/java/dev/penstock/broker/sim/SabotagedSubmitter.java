package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.machine.Reply.ItemResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Between services and log, as broken services would be: they answer before the log did, or in place of it. */
final class SabotagedSubmitter implements CommandSubmitter {

    /** One in so many: a fault that happens each time would hide what only it alone can show. */
    private static final int RARELY = 50;

    private final World world;
    private final CommandSubmitter next;
    private final History history;

    SabotagedSubmitter(World world, CommandSubmitter next, History history) {
        this.world = world;
        this.next = next;
        this.history = history;
    }

    private boolean sabotaged(Sabotage sabotage) {
        return world.sabotage == sabotage;
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        CompletableFuture<Decided> answer = next.submit(commands);
        if (commands.get(0) instanceof Command.Ack ack) {
            if (sabotaged(Sabotage.ACK_EARLY)) {
                return CompletableFuture.completedFuture(acked(ack));
            } else if (sabotaged(Sabotage.ACK_UNKNOWN_IS_OK)) {
                return answer.exceptionallyCompose(failure -> isUnknown(failure)
                        ? CompletableFuture.completedFuture(acked(ack))
                        : CompletableFuture.failedFuture(failure));
            }
        }
        return answer;
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        List<Command> submitted = sabotaged(Sabotage.SKIP_A_MATCH)
                ? commands.stream().map(this::withoutItsLast).toList()
                : commands;
        CompletableFuture<Decided> answer = next.submit(submitted, plannedTerm);
        if (sabotaged(Sabotage.HAND_OUT_EARLY)
                && commands.stream().allMatch(SabotagedSubmitter::isFresh)
                && world.oneIn(RARELY)) {
            return CompletableFuture.completedFuture(granted(commands));
        }
        return answer;
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        if (sabotaged(Sabotage.DEAD_LETTER_OF_ANOTHER) && command instanceof Command.DeadLetter dead) {
            return next.append(exchanged(dead), plannedTerm);
        }
        CompletableFuture<Decided> answer = next.append(command, plannedTerm);
        if (sabotaged(Sabotage.MISMATCH_IS_ACCEPTED) && command instanceof Command.SourceBound) {
            return answer.thenApply(decided -> new Decided(decided.index(), List.of(new Reply.Done())));
        }
        if (!(command instanceof Command.Append append)) {
            return answer;
        }
        return switch (world.sabotage) {
            case CONFIRM_EARLY -> CompletableFuture.completedFuture(stored());
            case UNKNOWN_IS_STORED ->
                answer.exceptionallyCompose(failure -> isUnknown(failure)
                        ? CompletableFuture.completedFuture(stored())
                        : CompletableFuture.failedFuture(failure));
            case RELABEL_UNKNOWN ->
                answer.exceptionallyCompose(failure ->
                        next.append(new Command.Append(append.streamId(), history.relabelled(append.batch()))));
            default -> answer;
        };
    }

    private static Command.DeadLetter exchanged(Command.DeadLetter dead) {
        List<Command.Dead> messages = new ArrayList<>();
        for (int i = 0; i < dead.messages().size(); i++) {
            Command.Dead one = dead.messages().get(i);
            Command.Dead other = dead.messages().get(dead.messages().size() - 1 - i);
            messages.add(new Command.Dead(one.offset(), one.reason(), other.batch()));
        }
        return new Command.DeadLetter(dead.groupId(), dead.generation(), messages);
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof NotDecided notDecided && notDecided.outcomeUnknown();
    }

    private static Decided stored() {
        return new Decided(0, List.of(new Reply.Appended(0, 1)));
    }

    private Decided acked(Command.Ack ack) {
        ItemResult[] results = new ItemResult[ack.leases().size()];
        Arrays.fill(results, ItemResult.OK);
        return new Decided(history.length(), List.of(new Reply.Settled(results)));
    }

    private static boolean isFresh(Command command) {
        return command instanceof Command.Grant grant && grant.fresh().length > 0 && grant.retries().length == 0;
    }

    /** As the next entry will have it, if it comes next, and comes. */
    private Decided granted(List<Command> grants) {
        long index = history.length() + 1;
        int ordinal = 0;
        Reply[] replies = new Reply[grants.size()];
        for (int i = 0; i < replies.length; i++) {
            long[] offsets = ((Command.Grant) grants.get(i)).fresh();
            int[] deliveries = new int[offsets.length];
            Arrays.fill(deliveries, 1);
            replies[i] = new Reply.Granted(index, ordinal, 0, offsets, deliveries, new long[offsets.length]);
            ordinal += offsets.length;
        }
        return new Decided(index, List.of(replies));
    }

    private Command withoutItsLast(Command command) {
        if (!(command instanceof Command.Grant grant) || grant.fresh().length == 0 || !world.oneIn(RARELY)) {
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
                grant.retries(),
                grant.keys(),
                grant.visibilityMillis());
    }
}
