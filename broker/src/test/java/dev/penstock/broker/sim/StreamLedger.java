package dev.penstock.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import java.util.ArrayList;
import java.util.List;

/** The stream as the committed entries make it, against what Postgres committed. */
final class StreamLedger {

    private final World world;
    private final SimulatedSource source;
    private long end;
    private Lsn bound = Lsn.ZERO;
    private boolean endsTransaction = true;

    StreamLedger(World world, SimulatedSource source) {
        this.world = world;
        this.source = source;
    }

    long end() {
        return end;
    }

    /** What the committed entries say may be confirmed. */
    Lsn bound() {
        return bound;
    }

    /** The event at an offset as Postgres committed it: {@code (position) action schema.table key=… record}. */
    String line(long offset) {
        return source.expected().get(Math.toIntExact(offset));
    }

    /** True once all that Postgres committed is stored. */
    boolean isComplete() {
        return end == source.expected().size();
    }

    void applied(Command command, Reply reply) {
        if (command instanceof Command.SourceReady ready && reply instanceof Reply.Done) {
            bound = bound.max(ready.consistentPoint());
        } else if (command instanceof Command.SourceBound moved && reply instanceof Reply.Done) {
            bound = bound.max(moved.bound());
        } else if (command instanceof Command.Append append) {
            appended(append, reply);
        } else if (command instanceof Command.StopSource stop && reply instanceof Reply.Appended) {
            throw new AssertionError("a gap was recorded, but Postgres lost nothing: " + stop.reason());
        }
    }

    private void appended(Command.Append append, Reply reply) {
        if (!(reply instanceof Reply.Appended appended)) {
            refused(append, reply);
            return;
        }
        EventBatch batch = BatchCodec.decode(append.batch());
        assertThat(appended.baseOffset()).as("base offset of a batch").isEqualTo(end);
        assertThat(appended.endOffset()).as("end offset of a batch").isEqualTo(end + batch.size());
        compare(batch, end);
        end = appended.endOffset();
        endsTransaction = batch.header().lastInTransaction();
        bound = bound.max(batch.header().endLsn());
        world.totals.events += batch.size();
    }

    private void refused(Command.Append append, Reply reply) {
        if (reply instanceof Reply.Duplicate) {
            world.totals.duplicates++;
        } else if (reply instanceof Reply.Mismatch mismatch) {
            boolean overlaps = SabotagedEntry.overlaps(BatchCodec.header(append.batch()), mismatch.last());
            world.totals.partialOverlaps += overlaps ? 1 : 0;
            world.totals.holes += overlaps ? 0 : 1;
        }
    }

    /** The replicator of some leader begins to read. */
    void readAnew() {
        world.totals.reconnects++;
        world.totals.midTransactionRestarts += endsTransaction ? 0 : 1;
    }

    private void compare(EventBatch batch, long base) {
        List<String> expected = source.expected();
        for (int i = 0; i < batch.size(); i++) {
            String line = SimulatedSource.line(batch.event(i));
            int at = Math.toIntExact(base + i);
            if (at >= expected.size() || !line.equals(expected.get(at))) {
                throw new AssertionError("offset " + at + " of the stream: expected "
                        + (at < expected.size() ? expected.get(at) : "nothing yet") + ", but got " + line);
            }
        }
    }

    /** One replica's stream as it is stored, from its first batch to its end; all replicas' must be the same bytes. */
    List<byte[]> check(MachineView view) {
        List<byte[]> batches = new ArrayList<>();
        StreamState stream = view.stream(SimulatedSource.NAME).orElseThrow();
        assertThat(stream.end()).as("end of a replica's stream").isEqualTo(end);
        for (long offset = 0; offset < stream.end(); ) {
            StoredBatch stored = view.batchAt(stream.id(), offset).orElseThrow();
            assertThat(stored.baseOffset()).as("offsets are dense").isEqualTo(offset);
            compare(BatchCodec.decode(stored.encoded()), offset);
            batches.add(stored.encoded());
            offset = stored.endOffset();
        }
        return batches;
    }
}
