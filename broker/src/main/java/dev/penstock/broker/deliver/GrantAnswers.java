package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the answer to a receive of a grant that is committed: reads the bodies once, on the node that answers, and gives the
 * messages back if nobody takes them. Thread-safe; reads on the executor given.
 */
final class GrantAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(GrantAnswers.class);

    private final CommandSubmitter submitter;
    private final EventReader reader;
    private final ReceiptSeal seal;
    private final Executor readers;
    private final FilterFailures failures;

    GrantAnswers(
            CommandSubmitter submitter,
            EventReader reader,
            ReceiptSeal seal,
            Executor readers,
            FilterFailures failures) {
        this.submitter = submitter;
        this.reader = reader;
        this.seal = seal;
        this.readers = readers;
        this.failures = failures;
    }

    /** @param filter of the group, as it was when the grant was planned */
    void read(
            GroupState group,
            GroupFilter filter,
            CompletableFuture<Received> answer,
            long index,
            Reply.Granted granted,
            long plannedNanos) {
        try {
            readers.execute(() -> readNow(group, filter, answer, index, granted, plannedNanos));
        } catch (RejectedExecutionException e) {
            // The node stops. The messages come back when their leases end; whoever waits must not wait for that.
            answer.completeExceptionally(
                    new Refused(Refused.Code.OUTCOME_UNKNOWN, "the node stops; repeat the receive elsewhere"));
        }
    }

    private void readNow(
            GroupState group,
            GroupFilter filter,
            CompletableFuture<Received> answer,
            long index,
            Reply.Granted granted,
            long plannedNanos) {
        try {
            List<Optional<EventReader.Judged>> events =
                    answer.isDone() ? List.of() : reader.readAll(group, granted.offsets(), filter);
            List<Delivery> deliveries = new ArrayList<>(events.size());
            for (int i = 0; i < events.size(); i++) {
                if (events.get(i).isEmpty()) {
                    continue;
                }
                LeaseRef lease = leaseAt(granted, i);
                EventReader.Judged judged = events.get(i).get();
                if (judged.filterError().isPresent() && granted.deliveries()[i] == 1) {
                    failures.count(group.id());
                }
                deliveries.add(new Delivery(
                        seal.seal(group.id(), group.generation(), lease),
                        granted.deliveries()[i],
                        granted.firstDeliveredWallMillis()[i],
                        judged.event(),
                        judged.filterError(),
                        judged.died()));
            }
            if (!answer.complete(new Received(index, plannedNanos, deliveries))) {
                release(group, granted);
            } else {
                releaseMissing(group, granted, events);
            }
        } catch (RuntimeException e) {
            LOG.error("Granted messages of group {} could not be read; they are given back", group.name(), e);
            release(group, granted);
            answer.completeExceptionally(
                    new Refused(Refused.Code.OUTCOME_UNKNOWN, "the receive failed inside the node; repeat it"));
        }
    }

    /** Whose event was trimmed meanwhile: given back, they are counted as lost. */
    private void releaseMissing(GroupState group, Reply.Granted granted, List<Optional<EventReader.Judged>> events) {
        List<LeaseRef> missing = IntStream.range(0, events.size())
                .filter(i -> events.get(i).isEmpty())
                .mapToObj(i -> leaseAt(granted, i))
                .toList();
        if (!missing.isEmpty()) {
            release(group.id(), group.generation(), missing);
        }
    }

    private static LeaseRef leaseAt(Reply.Granted granted, int i) {
        return new LeaseRef(granted.offsets()[i], granted.leaseIndex(), granted.firstOrdinal() + i);
    }

    private void release(GroupState group, Reply.Granted granted) {
        List<LeaseRef> leases = new ArrayList<>(granted.offsets().length);
        for (int i = 0; i < granted.offsets().length; i++) {
            leases.add(leaseAt(granted, i));
        }
        release(group.id(), group.generation(), leases);
    }

    /** Gives messages back uncounted. If it cannot be decided they come back when their leases end. */
    void release(int groupId, long generation, List<LeaseRef> leases) {
        List<Command> release = List.of(new Command.Release(groupId, generation, leases));
        CompletableFuture<?> unused = submitter.submit(release).whenComplete((decided, failure) -> {
            if (failure != null) {
                LOG.info("A release of {} messages was not decided; they come back at their deadline", leases.size());
            }
        });
    }
}
