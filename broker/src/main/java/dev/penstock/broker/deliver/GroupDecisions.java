package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Commands of clients, and what the log says to them. A refusal by the log carries the index at which it was said.
 * Thread-safe, never blocks; futures complete exceptionally with {@link Refused} only.
 */
final class GroupDecisions {

    /** Each repetition lost against a seek or a change that was committed meanwhile. */
    private static final int MAX_REPEATS = 3;

    private final Decisions decisions;
    private final LeaderView leader;
    private final AppliedState state;

    GroupDecisions(CommandSubmitter submitter, LeaderView leader, AppliedState state) {
        this.decisions = new Decisions(submitter, leader);
        this.leader = leader;
        this.state = state;
    }

    interface OnReply<T> {
        T of(GroupState group, long index, Reply reply);
    }

    /** The group as this leader has it applied; it may be a leader no more. */
    <T> CompletableFuture<T> withGroup(String name, BiFunction<MachineView, GroupState, CompletableFuture<T>> use) {
        if (!leader.leadership().leads()) {
            return refused(notLeading());
        }
        try (MachineView view = state.openView()) {
            Optional<GroupState> group = view.group(name);
            return group.map(found -> use.apply(view, found))
                    .orElseGet(() -> refused(new Refused(
                            Refused.Code.UNKNOWN_GROUP, "expected a known group, but there is no '" + name + "'")));
        } catch (Refused noState) {
            return refused(noState);
        }
    }

    /** A command to the group of that name as it is now: refused because it was sought or changed meanwhile, it is made anew. */
    <T> CompletableFuture<T> onGroup(String name, Function<GroupState, Command> command, OnReply<T> result) {
        return onGroup(name, command, result, MAX_REPEATS);
    }

    private <T> CompletableFuture<T> onGroup(
            String name, Function<GroupState, Command> command, OnReply<T> result, int repeats) {
        return this.<GroupState>withGroup(name, (view, group) -> CompletableFuture.completedFuture(group))
                .thenCompose(group -> decide(command.apply(group), (index, reply) -> result.of(group, index, reply)))
                .exceptionallyCompose(failure -> {
                    Refused refused = ReceiveService.refusalOf(failure);
                    return refused.code() == Refused.Code.GROUP_CHANGED && repeats > 0
                            ? onGroup(name, command, result, repeats - 1)
                            : refused(refused);
                });
    }

    <T> CompletableFuture<T> decide(Command command, BiFunction<Long, Reply, T> result) {
        return decisions.decide(command, result);
    }

    static <T extends Reply> T expect(Class<T> type, Reply reply) {
        if (type.isInstance(reply)) {
            return type.cast(reply);
        }
        if (reply instanceof Reply.Rejected rejected) {
            throw new Refused(codeOf(rejected.reason()), rejected.detail());
        }
        throw new IllegalStateException("expected the reply " + type.getSimpleName() + ", but got " + reply);
    }

    private static Refused.Code codeOf(Reply.Rejection reason) {
        return switch (reason) {
            case UNKNOWN_GROUP -> Refused.Code.UNKNOWN_GROUP;
            case STALE_GENERATION, STALE_PLAN -> Refused.Code.GROUP_CHANGED;
            case UNKNOWN_STREAM, UNKNOWN_SOURCE -> Refused.Code.UNKNOWN_STREAM;
            case GROUP_EXISTS -> Refused.Code.GROUP_EXISTS;
            case OFFSET_OUT_OF_RANGE -> Refused.Code.OFFSET_OUT_OF_RANGE;
            case IN_FLIGHT_LIMIT -> Refused.Code.IN_FLIGHT_LIMIT;
            case STALE_TERM, STALE_SCAN, NOT_AVAILABLE -> Refused.Code.OUTCOME_UNKNOWN;
            case SOURCE_STOPPED, SOURCE_CONFLICT, MALFORMED -> Refused.Code.INVALID_REQUEST;
            case UNKNOWN_KEY -> Refused.Code.UNKNOWN_KEY;
            case KEY_EXISTS -> Refused.Code.KEY_EXISTS;
            case KEY_REVOKED -> Refused.Code.KEY_REVOKED;
            case KEY_CHANGED -> Refused.Code.KEY_CHANGED;
            case KEY_LIMIT -> Refused.Code.KEY_LIMIT;
        };
    }

    static <T> CompletableFuture<T> refused(Refused refusal) {
        return CompletableFuture.failedFuture(refusal);
    }

    static Refused notLeading() {
        return new Refused(Refused.Code.NO_LEADER, "this node does not lead");
    }
}
