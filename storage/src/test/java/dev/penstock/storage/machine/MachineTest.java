package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.table.StateDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

    private final InMemoryStore store = new InMemoryStore();
    private final Machine machine = new Machine(store, Transaction.Checks.FULL);
    private long index;

    private List<Reply> apply(Command... commands) {
        List<byte[]> encoded = new ArrayList<>();
        for (Command command : commands) {
            encoded.add(CommandCodec.encodeCommand(command));
        }
        index++;
        return machine.apply(1, index, CommandCodec.envelope(1, index * 10, 5000, encoded))
                .replies();
    }

    @Test
    void shouldDeliverAndSettle() {
        apply(new Command.SourceIntent("main", "shop", "slot", "pub"), new Command.SourceReady(1, "7", 1, new Lsn(5)));
        byte[] batch = BatchCodec.encode(Batches.transaction("main", SourcePosition.ORIGIN, 1, 100, 10));

        assertThat(apply(new Command.Append(1, batch))).containsExactly(new Reply.Appended(0, 10));
        apply(new Command.CreateGroup("g", 1, new StartPosition.Earliest(), GroupConfig.defaults()));
        Reply granted = apply(new Command.Grant(1, 3, 3, 0, 3, new long[] {0, 2}, new long[4], new long[0], 30_000))
                .get(0);

        assertThat(granted).isInstanceOf(Reply.Granted.class);
        try (MachineView view = machine.openView()) {
            assertThat(view.stateDigest()).isEqualTo(StateDigest.recompute(store));
            assertThat(view.group("g").orElseThrow().leased()).isEqualTo(2);
            assertThat(view.batchAt(1, 9).orElseThrow().encoded()).isEqualTo(batch);
        }
    }
}
