package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.replicator.flow.SimulatedSource.Reader;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The duties as {@link LeaderDuties} starts and ends them, with a replicator that is led by hand. */
public final class SteppedDuties {

    private static final long NO_TERM = -1;

    private final String nodeId;
    private final CommandSubmitter expirySubmitter;
    private final CommandSubmitter sourceSubmitter;
    private final CommandSubmitter deadLetterSubmitter;
    private final LeaderView leader;
    private final AppliedState state;
    private final ScheduledExecutorService scheduler;
    private final SimulatedSource source;
    private final LongSupplier nanoTime;
    private @Nullable ExpiryDuty expiry;
    private @Nullable DeadLetterDuty deadLetters;
    private @Nullable Reader reader;
    private long runningTerm = NO_TERM;

    public SteppedDuties(
            String nodeId,
            CommandSubmitter expirySubmitter,
            CommandSubmitter sourceSubmitter,
            CommandSubmitter deadLetterSubmitter,
            LeaderView leader,
            AppliedState state,
            ScheduledExecutorService scheduler,
            SimulatedSource source,
            LongSupplier nanoTime) {
        this.nodeId = nodeId;
        this.expirySubmitter = expirySubmitter;
        this.sourceSubmitter = sourceSubmitter;
        this.deadLetterSubmitter = deadLetterSubmitter;
        this.nanoTime = nanoTime;
        this.leader = leader;
        this.state = state;
        this.scheduler = scheduler;
        this.source = source;
        leader.onChange(() -> scheduler.execute(this::follow));
    }

    /** The replicator while this node leads, and until the duties noticed that it does no more. */
    public Optional<Reader> reader() {
        return Optional.ofNullable(reader);
    }

    private void follow() {
        LeaderView.Leadership now = leader.leadership();
        if (now.leads() && now.term() == runningTerm) {
            return;
        }
        stop();
        if (now.leads()) {
            runningTerm = now.term();
            expiry = new ExpiryDuty(expirySubmitter, state, scheduler, runningTerm);
            deadLetters = new DeadLetterDuty(deadLetterSubmitter, state, scheduler, runningTerm, nanoTime);
            reader = source.reader(
                    new ProposedSourceLog(SimulatedSource.NAME, sourceSubmitter, state, runningTerm),
                    nodeId,
                    runningTerm);
        }
    }

    private void stop() {
        runningTerm = NO_TERM;
        if (expiry != null) {
            expiry.close();
            expiry = null;
        }
        if (deadLetters != null) {
            deadLetters.close();
            deadLetters = null;
        }
        if (reader != null) {
            reader.closing();
            reader = null;
        }
    }
}
