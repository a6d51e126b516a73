package dev.penstock.broker.duty;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Ends what is due by log time: leases and delays; and sweeps what a seek or a delete made dead. It only says that it is
 * time; apply decides what ends.
 */
final class ExpiryDuty implements AutoCloseable {

    /** How late a lease may end. Well below a visibility timeout of one second, and 20 look-ups a second are nothing. */
    private static final long PERIOD_MILLIS = 50;

    private static final int MAX_EXPIRED_PER_COMMAND = 2_000;
    private static final int MAX_SWEPT_PER_COMMAND = 2_000;

    private final RepeatedProposal proposals;

    ExpiryDuty(CommandSubmitter submitter, AppliedState state, ScheduledExecutorService scheduler, long term) {
        proposals = new RepeatedProposal(
                "ended leases",
                PERIOD_MILLIS,
                ExpiryDuty::due,
                replies -> replies.stream().anyMatch(ExpiryDuty::more),
                submitter,
                state,
                scheduler,
                term);
    }

    @Override
    public void close() {
        proposals.close();
    }

    private static List<Command> due(MachineView view, long logTimeMillis) {
        List<Command> commands = new ArrayList<>(2);
        if (view.nextDueMillis() <= logTimeMillis) {
            commands.add(new Command.Expire(MAX_EXPIRED_PER_COMMAND));
        }
        if (view.sweepNeeded()) {
            commands.add(new Command.Sweep(MAX_SWEPT_PER_COMMAND));
        }
        return commands;
    }

    private static boolean more(Reply reply) {
        return (reply instanceof Reply.Expired expired && expired.more())
                || (reply instanceof Reply.Swept swept && swept.more());
    }
}
