package dev.penstock.cluster.check;

import dev.penstock.cluster.check.Violations.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides whether a history keeps the promises: nothing committed is lost, each change is in the log once, in commit order,
 * transactions are whole, nothing is delivered after its ack, and no lease overlaps another. The log is a total order, so
 * every check is exact and takes O(n log n). Pure; confined to one thread; one object per history.
 */
public final class HistoryChecker {
    private final History history;
    private final Violations violations = new Violations();
    private final Map<Change, Place> places = new HashMap<>();
    private long committed;

    /** Where a committed change stands in its transaction and in the life of its row. */
    private record Place(long writer, long tx, int ordinal, int size, int generation) {}

    public HistoryChecker(History history) {
        this.history = history;
    }

    /** @param visibilityNanos length of the leases that the consumers asked for */
    public Verdict check(long visibilityNanos) {
        indexCommitted();
        Map<Change, Long> offsets = checkLog();
        long redelivered = checkDeliveries(visibilityNanos);
        long delivered = checkDelivered(offsets);
        return new Verdict(
                committed,
                delivered,
                violations.count(Kind.LOST),
                violations.count(Kind.MISSING),
                redelivered,
                violations.count(Kind.DUPLICATED),
                violations.count(Kind.OUT_OF_ORDER),
                violations.count(Kind.TORN),
                violations.count(Kind.PHANTOM),
                violations.count(Kind.OVERLAPPING),
                violations.examples());
    }

    private void indexCommitted() {
        Map<Change.Row, Integer> generations = new HashMap<>();
        for (Transaction transaction : history.committed()) {
            int ordinal = 0;
            for (Change change : transaction.changes()) {
                int generation = generations.merge(change.row(), 1, Integer::sum);
                Place place = new Place(
                        transaction.writer(),
                        transaction.number(),
                        ordinal++,
                        transaction.changes().size(),
                        generation);
                if (places.put(change, place) != null) {
                    throw new IllegalArgumentException("the workload made one change twice: " + change);
                }
                committed++;
            }
        }
    }

    /** Returns the first offset of each committed change that the log holds. */
    private Map<Change, Long> checkLog() {
        Map<Change, Long> offsets = new HashMap<>();
        Map<Change.Row, Integer> newest = new HashMap<>();
        LogEntry previous = null;
        for (LogEntry entry : history.log()) {
            if (previous != null && !follows(previous, entry)) {
                violations.add(Kind.OUT_OF_ORDER, "position of " + name(entry) + " does not follow " + name(previous));
            }
            previous = entry;
            Place place = places.get(entry.change());
            if (place == null) {
                violations.add(Kind.PHANTOM, name(entry) + " was never committed");
                continue;
            }
            Long first = offsets.putIfAbsent(entry.change(), entry.offset());
            if (first != null) {
                violations.add(Kind.DUPLICATED, name(entry) + " is in the log at offset " + first + " already");
                continue;
            }
            int before = newest.getOrDefault(entry.change().row(), 0);
            if (place.generation() < before) {
                violations.add(Kind.OUT_OF_ORDER, name(entry) + " stands behind a later change of its row");
            }
            newest.put(entry.change().row(), Math.max(before, place.generation()));
        }
        checkWhole();
        return offsets;
    }

    private static boolean follows(LogEntry previous, LogEntry entry) {
        boolean offsetRises = entry.offset() > previous.offset();
        int commit = Long.compareUnsigned(entry.commitLsn(), previous.commitLsn());
        return offsetRises && (commit > 0 || (commit == 0 && entry.ordinal() > previous.ordinal()));
    }

    /** Runs of one commit LSN must be exactly one transaction: all of its changes, in order, from ordinal 0. */
    private void checkWhole() {
        List<LogEntry> run = new ArrayList<>();
        for (LogEntry entry : history.log()) {
            if (!run.isEmpty() && run.get(0).commitLsn() != entry.commitLsn()) {
                checkRun(run);
                run.clear();
            }
            run.add(entry);
        }
        if (!run.isEmpty()) {
            checkRun(run);
        }
    }

    private void checkRun(List<LogEntry> run) {
        Place head = places.get(run.get(0).change());
        if (head == null) {
            return; // a phantom, counted already
        }
        for (int i = 0; i < run.size(); i++) {
            LogEntry entry = run.get(i);
            Place place = places.get(entry.change());
            boolean fits = place != null
                    && place.writer() == head.writer()
                    && place.tx() == head.tx()
                    && place.ordinal() == i
                    && entry.ordinal() == i;
            if (!fits) {
                violations.add(Kind.TORN, name(entry) + " is not change " + i + " of its transaction");
                return;
            }
        }
        if (run.size() != head.size()) {
            violations.add(
                    Kind.TORN,
                    "the transaction at " + name(run.get(0)) + " has " + run.size() + " of " + head.size()
                            + " changes");
        }
    }

    private long checkDeliveries(long visibilityNanos) {
        Map<Long, Settlement> settled = new HashMap<>();
        for (Settlement settlement : history.settlements()) {
            settled.merge(settlement.offset(), settlement, HistoryChecker::earlier);
        }
        Map<Long, List<Delivery>> byOffset = new HashMap<>();
        for (Delivery delivery : history.deliveries()) {
            byOffset.computeIfAbsent(delivery.offset(), offset -> new ArrayList<>(1))
                    .add(delivery);
        }
        long redelivered = 0;
        for (Map.Entry<Long, List<Delivery>> entry : byOffset.entrySet()) {
            List<Delivery> deliveries = entry.getValue();
            Settlement settlement = settled.get(entry.getKey());
            long late = settlement == null
                    ? 0
                    : deliveries.stream()
                            .filter(delivery -> isAfter(delivery, settlement))
                            .count();
            for (long i = 0; i < late; i++) {
                violations.add(Kind.DUPLICATED, "offset " + entry.getKey() + " was delivered after its ack");
            }
            redelivered += Math.max(0, deliveries.size() - 1 - late);
            checkLeases(deliveries, visibilityNanos);
        }
        return redelivered;
    }

    private static Settlement earlier(Settlement one, Settlement other) {
        if (one.logIndex() > 0 && other.logIndex() > 0) {
            return one.logIndex() <= other.logIndex() ? one : other;
        }
        return one.answeredNanos() <= other.answeredNanos() ? one : other;
    }

    private static boolean isAfter(Delivery delivery, Settlement settlement) {
        if (delivery.logIndex() > 0 && settlement.logIndex() > 0) {
            return delivery.logIndex() > settlement.logIndex();
        }
        return delivery.askedNanos() > settlement.answeredNanos();
    }

    /** Certain only: the second answer had arrived before the first lease could have run out, counted from its request. */
    private void checkLeases(List<Delivery> deliveries, long visibilityNanos) {
        if (deliveries.size() < 2) {
            return;
        }
        List<Delivery> ordered = new ArrayList<>(deliveries);
        ordered.sort(Comparator.comparingLong(Delivery::logIndex).thenComparingInt(Delivery::count));
        for (int i = 1; i < ordered.size(); i++) {
            Delivery first = ordered.get(i - 1);
            Delivery second = ordered.get(i);
            if (second.answeredNanos() - first.askedNanos() < visibilityNanos) {
                violations.add(
                        Kind.OVERLAPPING,
                        "offset " + first.offset() + " was delivered again "
                                + (second.answeredNanos() - first.askedNanos()) / 1_000_000
                                + " ms after its lease began");
            }
        }
    }

    private long checkDelivered(Map<Change, Long> offsets) {
        Set<Long> settled = new HashSet<>();
        for (Settlement settlement : history.settlements()) {
            settled.add(settlement.offset());
        }
        Set<Long> seen = new HashSet<>();
        for (Delivery delivery : history.deliveries()) {
            seen.add(delivery.offset());
        }
        long delivered = 0;
        for (Change change : places.keySet()) {
            Long offset = offsets.get(change);
            if (offset == null) {
                violations.add(Kind.MISSING, name(change) + " is not in the log");
                violations.add(Kind.LOST, name(change) + " was never delivered");
            } else if (settled.contains(offset) && seen.contains(offset)) {
                delivered++;
            } else {
                violations.add(Kind.LOST, name(change) + " at offset " + offset + " was never delivered and acked");
            }
        }
        return delivered;
    }

    private static String name(LogEntry entry) {
        return name(entry.change()) + " at offset " + entry.offset();
    }

    private static String name(Change change) {
        return change.operation() + " of " + change.table() + " " + change.key() + " (writer " + change.writer()
                + ", transaction " + change.tx() + ", " + change.ordinal() + ")";
    }

    /** Number of changes in the transactions. */
    public static long countChanges(Collection<Transaction> transactions) {
        return transactions.stream().mapToLong(t -> t.changes().size()).sum();
    }
}
