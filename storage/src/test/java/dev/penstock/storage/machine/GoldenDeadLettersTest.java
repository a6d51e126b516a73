package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.codec.GoldenFile;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction.Checks;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.table.RangeManifest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A released log with dead letters: it gives the recorded replies, digests, rows and manifest, on any version. */
class GoldenDeadLettersTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final String LOG = "dead-letters-log-v1.txt";
    private static final String ROWS = "dead-letters-rows-v1.txt";

    /** One dead letter kept, one put back and leased, one dropped, one message dying; a deleted group's letter to be swept. */
    private static List<Replica.Logged> log() {
        MachineFixture f = new MachineFixture();
        f.append(100, 8);
        f.create("jobs", Ordering.NONE);
        f.create("by-key", Ordering.KEY);
        f.create("gone", Ordering.NONE);
        for (String group : List.of("jobs", "by-key", "gone")) {
            f.maxDeliveries(group, 1);
        }
        List<LeaseRef> jobs = f.grant("jobs", 5, 1000);
        List<LeaseRef> keyed = f.grant("by-key", 2, 1000, 7, 0, 8, 7);
        List<LeaseRef> gone = f.grant("gone", 1, 1000);
        f.wallMillis += 1500;
        f.nack("jobs", jobs.subList(0, 4), 0);
        f.nack("by-key", keyed.subList(0, 1), 0);
        f.nack("gone", gone, 0);
        f.bury("jobs", 0, 1, 2);
        f.bury("by-key", 0);
        f.bury("gone", 0);
        f.redrive("jobs", 1);
        f.retry("jobs", 5000, MachineFixture.aside(1));
        f.redrive("by-key", 3);
        f.drop("jobs", 2);
        f.apply(new Command.DeleteGroup(f.group("gone").id(), f.group("gone").generation()));
        f.apply(new Command.DeadLetter(
                f.group("jobs").id(),
                f.group("jobs").generation(),
                List.of(new Command.Dead(0, "max_deliveries", payload("main")))));
        f.apply(new Command.Mark());
        return f.log;
    }

    private static byte[] payload(String source) {
        return BatchCodec.encode(Batches.transaction(source, SourcePosition.ORIGIN, 1, 100, 1));
    }

    private static List<String> replay(List<Replica.Logged> log, InMemoryStore store) {
        Machine machine = new Machine(store, Checks.FULL);
        List<String> lines = new ArrayList<>();
        for (Replica.Logged logged : log) {
            byte[] entry = logged.bytes();
            if (entry == null) {
                throw new IllegalStateException("expected entries of ours only");
            }
            Applied applied = machine.apply(logged.term(), logged.index(), entry);
            StringBuilder line = new StringBuilder(logged.term() + " " + logged.index() + " " + HEX.formatHex(entry));
            line.append(" digest ").append(HEX.toHexDigits(machine.stateDigest()));
            applied.replies().forEach(reply -> line.append(" | ").append(Replies.text(reply)));
            lines.add(line.toString());
        }
        return lines;
    }

    private static List<String> written() {
        return replay(log(), new InMemoryStore());
    }

    private static List<Replica.Logged> parse(List<String> lines) {
        List<Replica.Logged> log = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split(" ", 4);
            log.add(new Replica.Logged(Long.parseLong(words[0]), Long.parseLong(words[1]), HEX.parseHex(words[2])));
        }
        return log;
    }

    private static List<String> rows(InMemoryStore store) {
        List<String> rows = new ArrayList<>();
        for (Space space : Space.values()) {
            try (Cursor cursor = store.cursor(space, new KeyRange(new byte[0], new byte[] {(byte) 0xff}))) {
                for (; cursor.isValid(); cursor.next()) {
                    rows.add(space + " " + HEX.formatHex(cursor.key()) + " = " + HEX.formatHex(cursor.value()));
                }
            }
        }
        rows.add("MANIFEST " + HEX.formatHex(RangeManifest.of(store).encode()));
        return rows;
    }

    @Test
    void shouldReplayTheRecordedLogToTheRecordedRows() {
        List<String> recorded = GoldenFile.lines(LOG, GoldenDeadLettersTest::written);
        InMemoryStore store = new InMemoryStore();

        assertThat(replay(parse(recorded), store)).isEqualTo(recorded);

        GoldenFile.check(ROWS, rows(store));
        assertThat(rows(store))
                .as("rows of dead letters and of messages that are dying")
                .anyMatch(row -> row.startsWith("STATE 14"))
                .anyMatch(row -> row.startsWith("STATE 15"));
    }

    @Test
    void shouldWriteTheRecordedLogByteForByte() {
        assertThat(written()).isEqualTo(GoldenFile.lines(LOG, GoldenDeadLettersTest::written));
    }
}
