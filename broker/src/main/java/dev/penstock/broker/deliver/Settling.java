package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.AsideOffset;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Acks, nacks and extends: from receipts to leases to one result per receipt. Thread-safe, never blocks.
 *
 * <p>A receipt of an earlier generation than this node has applied is judged here. One of a later generation is not: this
 * node may have lost the leadership without knowing, and then it is its view that is old. It is judged after a command of
 * this request was applied here, which only a leader's can be.
 */
final class Settling {

    private final GroupDecisions decisions;
    private final ReceiptSeal seal;

    Settling(GroupDecisions decisions, ReceiptSeal seal) {
        this.decisions = decisions;
        this.seal = seal;
    }

    CompletableFuture<Settled> settle(
            String name, List<String> receipts, BiFunction<GroupState, List<LeaseRef>, Command> command) {
        return settle(name, receipts, command, false);
    }

    /** @param fresh the view is as new as this request */
    private CompletableFuture<Settled> settle(
            String name,
            List<String> receipts,
            BiFunction<GroupState, List<LeaseRef>, Command> command,
            boolean fresh) {
        return decisions.withGroup(name, (view, group) -> {
            Sorted sorted = sort(group, receipts);
            if (sorted.later && !fresh) {
                return decisions
                        .decide(command.apply(group, List.of()), (index, reply) -> index)
                        .thenCompose(index -> settle(name, receipts, command, true));
            }
            if (sorted.leases.isEmpty()) {
                return CompletableFuture.completedFuture(new Settled(view.appliedIndex(), List.of(sorted.outcomes)));
            }
            return decisions.decide(command.apply(group, sorted.leases), (index, reply) -> {
                Reply.ItemResult[] results =
                        GroupDecisions.expect(Reply.Settled.class, reply).results();
                for (int i = 0; i < results.length; i++) {
                    sorted.outcomes[sorted.places.get(i)] = outcomeOf(results[i]);
                }
                return new Settled(index, List.of(sorted.outcomes));
            });
        });
    }

    /** What the log is to decide, and what is known without it. Used by one thread at a time. */
    private static final class Sorted {
        private final ItemOutcome[] outcomes;
        private final List<LeaseRef> leases = new ArrayList<>();
        private final List<Integer> places = new ArrayList<>();
        private boolean later;

        Sorted(int receipts) {
            outcomes = new ItemOutcome[receipts];
        }
    }

    private Sorted sort(GroupState group, List<String> receipts) {
        Sorted sorted = new Sorted(receipts.size());
        for (int i = 0; i < receipts.size(); i++) {
            Optional<ReceiptSeal.Opened> opened = seal.open(receipts.get(i));
            if (opened.isEmpty()) {
                sorted.outcomes[i] = ItemOutcome.INVALID;
                continue;
            }
            boolean ofGroup = opened.get().groupId() == group.id();
            sorted.later |= opened.get().generation() > group.generation();
            if (ofGroup && opened.get().generation() == group.generation()) {
                sorted.leases.add(opened.get().lease());
                sorted.places.add(i);
            } else {
                sorted.outcomes[i] = ofGroup ? ofEarlierGeneration(group, opened.get()) : ItemOutcome.INVALID;
            }
        }
        return sorted;
    }

    private static ItemOutcome ofEarlierGeneration(GroupState group, ReceiptSeal.Opened opened) {
        // What had been put back from the dead letters left the group with any seek.
        long offset = opened.lease().offset();
        return offset < group.startOffset() || AsideOffset.isAside(offset)
                ? ItemOutcome.SOUGHT_PAST
                : ItemOutcome.LEASE_LOST;
    }

    private static ItemOutcome outcomeOf(Reply.ItemResult result) {
        return switch (result) {
            case OK -> ItemOutcome.OK;
            case LEASE_LOST -> ItemOutcome.LEASE_LOST;
            case SETTLED -> ItemOutcome.SETTLED;
        };
    }
}
