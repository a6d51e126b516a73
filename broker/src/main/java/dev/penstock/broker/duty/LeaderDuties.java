package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.replicator.flow.Replicator;
import dev.penstock.replicator.flow.SourceConfig;
import dev.penstock.replicator.flow.SourceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the duties when this node becomes a ready leader and ends them when it ceases to be one; a new term is a new
 * start. All starts and stops happen on one thread, in the order of the changes.
 */
public final class LeaderDuties implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);
    private static final long NO_TERM = -1;

    private final CommandSubmitter submitter;
    private final LeaderView leader;
    private final AppliedState state;
    private final List<SourceConfig> sources;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "penstock-duties");
        thread.setDaemon(true);
        return thread;
    });
    private final List<AutoCloseable> running = new ArrayList<>();
    private volatile List<Replicator> replicators = List.of();
    private long runningTerm = NO_TERM;

    public LeaderDuties(CommandSubmitter submitter, LeaderView leader, AppliedState state, List<SourceConfig> sources) {
        this.submitter = submitter;
        this.leader = leader;
        this.state = state;
        this.sources = List.copyOf(sources);
    }

    public void start() {
        leader.onChange(this::changed);
        changed();
    }

    private synchronized void changed() {
        if (!scheduler.isShutdown()) {
            scheduler.execute(this::follow);
        }
    }

    /** What this node's replicators are doing; empty while it does not lead. */
    public List<SourceStatus> sourceStatus() {
        return replicators.stream().map(Replicator::status).toList();
    }

    @Override
    public void close() {
        synchronized (this) {
            scheduler.execute(this::stop);
            scheduler.shutdown();
        }
        try {
            if (!scheduler.awaitTermination(3, TimeUnit.SECONDS)) {
                LOG.warn("Duties did not end within 3 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        LeaderView.Leadership now = leader.leadership();
        if (now.leads() && now.term() == runningTerm) {
            return;
        }
        stop();
        if (now.leads()) {
            begin(now.term());
        }
    }

    private void begin(long term) {
        LOG.info("Leading in term {}: duties begin", term);
        runningTerm = term;
        running.add(new ExpiryDuty(submitter, state, scheduler, term));
        running.add(new RetentionDuty(submitter, state, scheduler, term));
        running.add(new DeadLetterDuty(submitter, state, scheduler, term, System::nanoTime));
        List<Replicator> started = new ArrayList<>();
        for (SourceConfig source : sources) {
            Replicator replicator =
                    new Replicator(source, new ProposedSourceLog(source.name(), submitter, state, term), term);
            running.add(replicator);
            started.add(replicator);
            replicator.start();
        }
        replicators = List.copyOf(started);
    }

    private void stop() {
        if (runningTerm == NO_TERM) {
            return;
        }
        LOG.info("No longer leading in term {}: duties end", runningTerm);
        runningTerm = NO_TERM;
        replicators = List.of();
        for (AutoCloseable duty : running) {
            try {
                duty.close();
            } catch (Exception e) {
                LOG.warn("A duty did not end in order", e);
            }
        }
        running.clear();
    }
}
