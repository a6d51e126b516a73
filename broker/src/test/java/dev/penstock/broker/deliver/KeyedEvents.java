package dev.penstock.broker.deliver;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A stream of changes of few keys in two tables: key changes, rows without a key and truncates among them. */
final class KeyedEvents {

    /**
     * What a reader of the log can see of an event: which rows it concerns.
     *
     * @param key of the row as it is after it; 0 = none
     */
    record Seen(String table, boolean truncate, Set<Long> keys, long key) {

        boolean isOfSameRow(Seen other) {
            return key != 0 && key == other.key && table.equals(other.table);
        }

        /** Whether the later of two events has to wait for the earlier one. */
        boolean holdsBack(Seen later) {
            if (!table.equals(later.table)) {
                return false;
            }
            return truncate || later.truncate || keys.stream().anyMatch(later.keys::contains);
        }
    }

    private static final List<Route> TABLES =
            List.of(Events.ORDERS, Events.CUSTOMERS, Route.table("public", "ignored", List.of("id")));

    private final LocalLog log;
    private final Random random;
    private final int keys;
    private final List<Seen> seen = new ArrayList<>();
    private SourcePosition last = SourcePosition.ORIGIN;
    private long lsn = 0x1000;

    /** Opens source {@code main} in the log, with so many rows in each table. */
    KeyedEvents(LocalLog log, Random random, int keys) {
        this.log = log;
        this.random = random;
        this.keys = keys;
        Events.open(log);
    }

    /** By offset. */
    List<Seen> seen() {
        return seen;
    }

    void append(int count) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        for (int i = 0; i < count; i++) {
            int table = random.nextInt(5) / 2;
            int dice = random.nextInt(100);
            long key = 1L + random.nextInt(keys);
            if (dice < 3) {
                add(batch, table, Action.TRUNCATE, 0, 0);
            } else if (dice < 8) {
                add(batch, table, Action.INSERT, 0, 0);
            } else if (dice < 20) {
                add(batch, table, Action.UPDATE, key, 1 + key % keys);
            } else {
                add(batch, table, Action.UPDATE, key, 0);
            }
        }
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    /** A change of one row of the first table. */
    void append(long key, int count) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        for (int i = 0; i < count; i++) {
            add(batch, 0, Action.UPDATE, key, 0);
        }
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    /** One change of the first table. */
    void append(Action action, long key, long oldKey) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        add(batch, 0, action, key, oldKey);
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    private void add(EventBatch.Builder batch, int table, Action action, long key, long oldKey) {
        lsn += 0x100;
        last = new SourcePosition(1, new Lsn(lsn), 0);
        Route route = TABLES.get(table);
        long base = (table + 1) * 1_000_000L;
        batch.add(new ChangeEvent(
                last,
                action,
                route,
                1_700_000_000_000_000L + lsn,
                7,
                key == 0 ? 0 : base + key,
                oldKey == 0 || oldKey == key ? 0 : base + oldKey,
                action == Action.TRUNCATE,
                action == Action.TRUNCATE
                        ? ChangeEvent.ABSENT
                        : ("{\"id\":" + key + "}").getBytes(StandardCharsets.UTF_8),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                key == 0 ? ChangeEvent.ABSENT : ("{\"id\":" + key + "}").getBytes(StandardCharsets.UTF_8)));
        batch.endTransaction(new Lsn(lsn + 0x80));
        Set<Long> concerned = key == 0 ? Set.of() : oldKey == 0 || oldKey == key ? Set.of(key) : Set.of(key, oldKey);
        seen.add(new Seen(route.name(), action == Action.TRUNCATE, concerned, key));
    }
}
