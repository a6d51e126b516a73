package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import java.util.concurrent.CompletableFuture;

/**
 * Says how long the events of a stream stay. A fact of the cluster, in its log: no node's file can say otherwise. Thread-safe,
 * never blocks; futures complete exceptionally with {@link Refused} only.
 */
public final class StreamRetention {

    /** A stream after the change. */
    public record Retained(long logIndex, StreamState stream) {}

    private final Decisions decisions;
    private final LeaderView leader;
    private final AppliedState state;

    public StreamRetention(CommandSubmitter submitter, LeaderView leader, AppliedState state) {
        this.decisions = new Decisions(submitter, leader);
        this.leader = leader;
        this.state = state;
    }

    public CompletableFuture<Retained> set(String stream, Retention retention) {
        int streamId;
        try (MachineView view = state.openView()) {
            streamId = Streams.named(stream, state, view).id();
        } catch (Refused e) {
            return GroupDecisions.refused(leader.leadership().leads() ? e : GroupDecisions.notLeading());
        }
        return decisions.decide(new Command.SetRetention(streamId, retention), (index, reply) -> {
            Decisions.expect(Reply.Done.class, reply);
            try (MachineView view = state.openView()) {
                return new Retained(index, Streams.named(stream, state, view));
            }
        });
    }
}
