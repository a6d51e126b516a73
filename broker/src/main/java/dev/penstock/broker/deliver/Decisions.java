package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * One command, and what the log says to it in the words of {@link Refused}. A refusal by the log carries the index at which
 * it was said. Thread-safe, never blocks; futures complete exceptionally with {@link Refused} only.
 */
public final class Decisions {

    private final CommandSubmitter submitter;
    private final LeaderView leader;

    public Decisions(CommandSubmitter submitter, LeaderView leader) {
        this.submitter = submitter;
        this.leader = leader;
    }

    /** @param result of the Raft index that decided and the reply */
    public <T> CompletableFuture<T> decide(Command command, BiFunction<Long, Reply, T> result) {
        if (!leader.leadership().leads()) {
            return GroupDecisions.refused(GroupDecisions.notLeading());
        }
        return submitter
                .submit(List.of(command))
                .handle((decided, failure) -> {
                    if (failure != null) {
                        throw ReceiveService.refusalOf(failure);
                    }
                    try {
                        return result.apply(decided.index(), decided.replies().get(0));
                    } catch (Refused e) {
                        throw e.decidedAt(decided.index());
                    }
                })
                .exceptionallyCompose(failure -> GroupDecisions.refused(ReceiveService.refusalOf(failure)));
    }

    /** The reply, if it is of that type; a rejection is thrown as {@link Refused}. */
    public static <T extends Reply> T expect(Class<T> type, Reply reply) {
        return GroupDecisions.expect(type, reply);
    }
}
