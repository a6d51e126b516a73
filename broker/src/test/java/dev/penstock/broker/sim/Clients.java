package dev.penstock.broker.sim;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.ReceiptSeal;
import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all consumers together saw and were told, and what must hold of it. Knows receipts, events and answers only. */
final class Clients {

    record Group(String name, StartPosition start, GroupConfig config) {}

    private record Place(int group, long generation, long offset) {}

    static final List<Group> GROUPS = List.of(
            group("all", new StartPosition.Earliest(), List.of(), List.of()),
            group("new", new StartPosition.Latest(), List.of(), List.of()),
            group("one-table", new StartPosition.Earliest(), List.of("t.t0"), List.of()),
            group("some", new StartPosition.Earliest(), List.of("t.t1", "t.t2"), List.of("insert", "update")),
            group("schema", new StartPosition.Earliest(), List.of("t.*"), List.of("truncate", "message", "delete")),
            group("late", new StartPosition.AtOffset(30), List.of(), List.of("update")),
            mortal());

    static final String MORTAL = "mortal";

    private static Group group(String name, StartPosition start, List<String> tables, List<String> actions) {
        return group(name, start, tables, actions, 0);
    }

    /** Whose messages die. */
    private static Group mortal() {
        return group(MORTAL, new StartPosition.Earliest(), List.of("t.t0", "t.t1"), List.of(), 2);
    }

    private static Group group(
            String name, StartPosition start, List<String> tables, List<String> actions, int maxDeliveries) {
        return new Group(
                name,
                start,
                new GroupConfig(
                        30_000,
                        maxDeliveries,
                        GroupConfig.Ordering.NONE,
                        GroupConfig.Mode.CHANGES,
                        tables,
                        actions,
                        ""));
    }

    private final World world;
    private final History history;
    private final ReceiptSeal seal;
    /** Index of the grant by which a message reached a client last. */
    private final Map<Place, Long> delivered = new HashMap<>();
    /** Index of the entry by which the first client was told that a message is settled. */
    private final Map<Place, Long> acked = new HashMap<>();

    private final Set<Long> visibilities = new HashSet<>();

    Clients(World world, History history, ReceiptSeal seal) {
        this.world = world;
        this.history = history;
        this.seal = seal;
    }

    /** Another one for each receive, so that every grant can be told from every other. */
    long nextVisibilityMillis() {
        long millis = world.random.nextBoolean() ? 100 + world.below(800) : 1_000L * (1 + world.below(4));
        while (!visibilities.add(millis)) {
            millis++;
        }
        return millis;
    }

    /** A message has reached a client. */
    void delivered(Delivery delivery) {
        ReceiptSeal.Opened opened = seal.open(delivery.receipt()).orElseThrow();
        LeaseRef lease = opened.lease();
        Place place = new Place(opened.groupId(), opened.generation(), lease.offset());
        compareWithSource(delivery);
        GroupLedger ledger = history.group(opened.groupId()).orElse(null);
        if (ledger != null && ledger.generation() == opened.generation()) {
            GroupLedger.Delivered known = ledger.delivered(lease);
            if (known == null || known.count() != delivery.deliveryCount()) {
                throw new AssertionError(place + " reached a client by " + lease + " as delivery "
                        + delivery.deliveryCount() + ", but the log says " + known);
            }
        }
        world.note(lease.hashCode() * 31L + opened.groupId());
        delivered.merge(place, lease.leaseIndex(), Math::max);
        check(place);
    }

    private void compareWithSource(Delivery delivery) {
        String line = history.stream().line(delivery.event().offset());
        String what = delivery.event().action().word()
                + (delivery.event().table().isEmpty()
                        ? ""
                        : " " + delivery.event().schema() + "."
                                + delivery.event().table());
        String json = new String(delivery.event().json(), StandardCharsets.UTF_8);
        int record = line.lastIndexOf(" {");
        boolean same = line.contains(", " + delivery.event().commitLsn() + ", ")
                && line.contains(") " + what)
                && (record < 0 || json.contains(line.substring(record + 1)))
                && json.contains("\"" + SimulatedSource.NAME + "\"");
        if (!same) {
            throw new AssertionError("expected the event " + line + ", but a client got " + json);
        }
    }

    /** A client was told OK for its ack. */
    void acked(String receipt, long index) {
        ReceiptSeal.Opened opened = seal.open(receipt).orElseThrow();
        Place place =
                new Place(opened.groupId(), opened.generation(), opened.lease().offset());
        world.note(place.hashCode() * 31L + index);
        acked.merge(place, index, Math::min);
        check(place);
    }

    /** Granted after it was settled, in the order of the log. */
    private void check(Place place) {
        Long grantedAt = delivered.get(place);
        Long ackedAt = acked.get(place);
        long putBackAt = history.group(place.group())
                .map(group -> group.putBackAt(place.offset()))
                .orElse(-1L);
        if (grantedAt != null && ackedAt != null && grantedAt > ackedAt && ackedAt > putBackAt) {
            throw new AssertionError(place + " was delivered by the entry at " + grantedAt
                    + ", but a client had been told that it is acked at " + ackedAt);
        }
    }

    /** Whatever a client was told is settled must be so in the log. */
    void checkAcks() {
        acked.forEach((place, index) -> history.group(place.group())
                .filter(group -> group.generation() == place.generation())
                .filter(group -> index > group.putBackAt(place.offset()))
                .ifPresent(group -> {
                    if (!group.isSettled(place.offset())) {
                        throw new AssertionError(place + " was acked OK at " + index + ", but is not settled");
                    }
                }));
    }
}
