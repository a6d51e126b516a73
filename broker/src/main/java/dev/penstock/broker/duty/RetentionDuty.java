package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trims what is over a stream's retention, and says what groups lost by it. It only says that it is time; apply decides what
 * goes.
 */
final class RetentionDuty implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionDuty.class);

    /** Retention is a matter of hours; a second is soon enough for whoever tries it with seconds. */
    private static final long PERIOD_MILLIS = 1_000;

    /** Some 50 MB of full batches, so that no entry takes long to apply. */
    private static final int MAX_BATCHES_PER_COMMAND = 200;

    private final RepeatedProposal proposals;

    RetentionDuty(CommandSubmitter submitter, AppliedState state, ScheduledExecutorService scheduler, long term) {
        proposals = new RepeatedProposal(
                "what is over its retention",
                PERIOD_MILLIS,
                RetentionDuty::trims,
                RetentionDuty::tell,
                submitter,
                state,
                scheduler,
                term);
    }

    @Override
    public void close() {
        proposals.close();
    }

    private static List<Command> trims(MachineView view, long logTimeMillis) {
        List<Command> trims = new ArrayList<>();
        view.streams().stream()
                .filter(stream -> view.trimNeeded(stream.id(), logTimeMillis))
                .forEach(stream -> trims.add(new Command.Trim(stream.id(), MAX_BATCHES_PER_COMMAND)));
        return trims;
    }

    /** Whether there is more to trim. */
    private static boolean tell(List<Reply> replies) {
        boolean more = false;
        for (Reply reply : replies) {
            if (reply instanceof Reply.Trimmed trimmed) {
                more |= trimmed.more();
                trimmed.overtaken()
                        .forEach(overtaken -> LOG.warn(
                                "Retention overtook the group with the id {}: at most {} messages lost. Give the stream a"
                                        + " longer retention, or have the group hold the log",
                                overtaken.groupId(),
                                overtaken.atMost()));
            }
        }
        return more;
    }
}
