package dev.penstock.broker.duty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.replicator.flow.SourceLog;
import dev.penstock.replicator.flow.SourceLog.Decision;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log answers must reach the replicator as what it is: above all, a refusal as a refusal. */
class ProposedSourceLogTest {

    private static final SourcePosition ELSEWHERE = new SourcePosition(1, new Lsn(70), 3);

    /** One machine, to which every command goes at once. */
    private static final class AtOnce implements CommandSubmitter, AppliedState {
        private final Machine machine = new Machine(new InMemoryStore(), Transaction.Checks.FULL);

        @Override
        public CompletableFuture<Decided> submit(List<Command> commands) {
            List<byte[]> encoded =
                    commands.stream().map(CommandCodec::encodeCommand).toList();
            long index = machine.appliedIndex() + 1;
            return CompletableFuture.completedFuture(new Decided(
                    index,
                    machine.apply(1, index, CommandCodec.envelope(1, 5, 5, encoded))
                            .replies()));
        }

        @Override
        public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
            return submit(commands);
        }

        @Override
        public CompletableFuture<Decided> append(Command command) {
            return submit(List.of(command));
        }

        @Override
        public MachineView openView() {
            return machine.openView();
        }

        @Override
        public long appliedIndex() {
            return machine.appliedIndex();
        }

        @Override
        public boolean isCaughtUp() {
            return true;
        }

        @Override
        public long logTimeMillis() {
            return machine.clockMillis();
        }

        @Override
        public void onApplied(Listener listener) {}
    }

    private final AtOnce raft = new AtOnce();
    private final SourceLog log = new ProposedSourceLog("main", raft, raft);

    @BeforeEach
    void setUp() {
        assertThat(log.intent("shop", "slot", "pub")).isCompletedWithValue(new Decision.Accepted());
        assertThat(log.ready("7", 1, new Lsn(10))).isCompletedWithValue(new Decision.Accepted());
    }

    /** Told to Postgres as confirmed, a bound that the log did not take would later look as if another had moved the slot. */
    @Test
    void shouldCallABoundAtAnotherPositionRefused() {
        assertThat(log.bound(ELSEWHERE, new Lsn(99)).join()).isInstanceOf(Decision.Refused.class);
        assertThat(log.state().orElseThrow().bound()).isEqualTo(new Lsn(10));

        assertThat(log.bound(SourcePosition.ORIGIN, new Lsn(99)).join()).isEqualTo(new Decision.Accepted());
        assertThat(log.state().orElseThrow().bound()).isEqualTo(new Lsn(99));
    }

    @Test
    void shouldRecordATimelineOnlyAtThePositionThatWasJudged() {
        assertThat(log.timeline(ELSEWHERE, 2).join()).isInstanceOf(Decision.Refused.class);
        assertThat(log.state().orElseThrow().timeline()).isEqualTo(1);

        assertThat(log.timeline(SourcePosition.ORIGIN, 2).join()).isEqualTo(new Decision.Accepted());
        assertThat(log.state().orElseThrow().timeline()).isEqualTo(2);
        assertThat(log.timeline(SourcePosition.ORIGIN, 1).join()).isInstanceOf(Decision.Refused.class);
    }
}
