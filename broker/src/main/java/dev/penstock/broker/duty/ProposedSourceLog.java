package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.replicator.flow.SourceLog;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The log of one leader's replicator, over the proposer. Every fact carries the term in which the replicator was started:
 * one that is late must not be stamped with a later term of the same node. Encodes batches on the caller's thread, which is
 * the replicator's.
 */
final class ProposedSourceLog implements SourceLog {

    private final String source;
    private final CommandSubmitter submitter;
    private final AppliedState state;
    private final long term;

    ProposedSourceLog(String source, CommandSubmitter submitter, AppliedState state, long term) {
        this.source = source;
        this.submitter = submitter;
        this.state = state;
        this.term = term;
    }

    @Override
    public Optional<SourceState> state() {
        try (MachineView view = state.openView()) {
            return view.source(source);
        }
    }

    @Override
    public CompletableFuture<Decision> intent(String database, String slot, String publication) {
        return decide(new Command.SourceIntent(source, database, slot, publication));
    }

    @Override
    public CompletableFuture<Decision> ready(String systemId, int timeline, Lsn consistentPoint) {
        return decide(new Command.SourceReady(streamId(), systemId, timeline, consistentPoint));
    }

    @Override
    public CompletableFuture<Decision> bound(SourcePosition previous, Lsn bound) {
        return submitter
                .append(new Command.SourceBound(streamId(), previous, bound), term)
                .handle((decided, failure) -> decisionOf(reply(decided, failure)));
    }

    /** Behind the appends that were proposed before, which it is compared with. */
    @Override
    public CompletableFuture<Decision> timeline(SourcePosition previous, int timeline) {
        return submitter
                .append(new Command.SourceTimeline(streamId(), previous, timeline), term)
                .handle((decided, failure) -> decisionOf(reply(decided, failure)));
    }

    @Override
    public CompletableFuture<AppendOutcome> append(EventBatch batch) {
        return submitter
                .append(new Command.Append(streamId(), BatchCodec.encode(batch)), term)
                .handle((decided, failure) -> outcomeOf(reply(decided, failure)));
    }

    @Override
    public CompletableFuture<AppendOutcome> stop(String reason, EventBatch gap) {
        return submitter
                .append(
                        new Command.StopSource(streamId(), gap.header().previous(), reason, BatchCodec.encode(gap)),
                        term)
                .handle((decided, failure) -> outcomeOf(reply(decided, failure)));
    }

    private int streamId() {
        return state().orElseThrow(() -> new IllegalStateException(
                        "expected source '" + source + "' to have its intent in the log before any other fact"))
                .streamId();
    }

    private CompletableFuture<Decision> decide(Command command) {
        return submitter
                .submit(List.of(command), term)
                .handle((decided, failure) -> decisionOf(reply(decided, failure)));
    }

    private static Reply reply(CommandSubmitter.@Nullable Decided decided, @Nullable Throwable failure) {
        if (decided != null) {
            return decided.replies().get(0);
        }
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof NotDecided notDecided && notDecided.reason() == NotDecided.Reason.DISK_FULL) {
            throw new NotTaken("disk_full", String.valueOf(notDecided.getMessage()));
        }
        throw new CompletionException(cause);
    }

    private static Decision decisionOf(Reply reply) {
        if (reply instanceof Reply.Done || reply instanceof Reply.SourceOpened) {
            return new Decision.Accepted();
        }
        if (reply instanceof Reply.Mismatch mismatch) {
            return new Decision.Refused("the source is at " + mismatch.last());
        }
        if (reply instanceof Reply.Rejected rejected) {
            return new Decision.Refused(rejected.reason() + ": " + rejected.detail());
        }
        throw new IllegalStateException("expected an answer to a fact of a source, but got " + reply);
    }

    private static AppendOutcome outcomeOf(Reply reply) {
        if (reply instanceof Reply.Appended appended) {
            return new AppendOutcome.Stored(appended.baseOffset(), appended.endOffset());
        }
        if (reply instanceof Reply.Duplicate duplicate) {
            return new AppendOutcome.Duplicate(duplicate.last());
        }
        if (reply instanceof Reply.Mismatch mismatch) {
            return new AppendOutcome.Mismatch(mismatch.last());
        }
        if (reply instanceof Reply.Rejected rejected) {
            return new AppendOutcome.Refused(rejected.reason() + ": " + rejected.detail());
        }
        throw new IllegalStateException("expected an answer to an append, but got " + reply);
    }
}
