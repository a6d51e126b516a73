package dev.penstock.broker.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.deliver.ScriptedSubmitter;
import dev.penstock.replicator.flow.SourceLog.AppendOutcome;
import dev.penstock.replicator.flow.SourceLog.Decision;
import dev.penstock.replicator.flow.SourceLog.NotTaken;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProposedSourceLogTest {

    private static final SourcePosition FIRST = new SourcePosition(1, new Lsn(200), 0);

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final ProposedSourceLog source =
            new ProposedSourceLog("main", log, log, log.leadership().term());

    @BeforeEach
    void openSource() {
        assertThat(source.intent("shop", "slot", "publication").join()).isEqualTo(new Decision.Accepted());
        assertThat(source.ready("system", 1, new Lsn(100)).join()).isEqualTo(new Decision.Accepted());
    }

    private static EventBatch batch(boolean lastInTransaction) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        byte[] body = {'{', '}'};
        batch.add(new ChangeEvent(
                FIRST,
                Action.INSERT,
                Events.ORDERS,
                1_700_000_000_000_000L,
                7,
                1,
                0,
                false,
                body,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                body));
        if (lastInTransaction) {
            batch.endTransaction(new Lsn(300));
        }
        return batch.build();
    }

    @Test
    void shouldRefuseABoundThatRestsOnAnotherPosition() {
        // given
        assertThat(source.append(batch(true)).join()).isEqualTo(new AppendOutcome.Stored(0, 1));

        // when
        Decision decision = source.bound(SourcePosition.ORIGIN, new Lsn(900)).join();

        // then
        assertThat(decision).isEqualTo(new Decision.Refused("the source is at " + FIRST));
        assertThat(source.state().orElseThrow().bound()).isEqualTo(new Lsn(300));
    }

    @Test
    void shouldRefuseABoundInTheMiddleOfATransaction() {
        // given
        source.append(batch(false)).join();

        // when
        Decision decision = source.bound(FIRST, new Lsn(900)).join();

        // then
        assertThat(decision).isInstanceOf(Decision.Refused.class);
    }

    @Test
    void shouldAcceptABoundAtTheSourcesOwnPosition() {
        // given
        source.append(batch(true)).join();

        // when
        Decision decision = source.bound(FIRST, new Lsn(900)).join();

        // then
        assertThat(decision).isEqualTo(new Decision.Accepted());
        assertThat(source.state().orElseThrow().bound()).isEqualTo(new Lsn(900));
    }

    /** The replicator of an earlier reign was held up; meanwhile the node lost the leadership and won it again. */
    @Test
    void shouldDecideNothingForALaterReignOfTheSameNode() {
        // given
        log.lead(false);
        log.lead(true);

        // then
        assertNotDecided(source.append(batch(true)));
        assertNotDecided(source.bound(SourcePosition.ORIGIN, new Lsn(900)));
        assertNotDecided(source.stop("slot_lost: gone", batch(true)));
        assertNotDecided(source.ready("system", 1, new Lsn(100)));
        assertNotDecided(source.intent("shop", "slot", "publication"));
        assertThat(source.state().orElseThrow().last()).isEqualTo(SourcePosition.ORIGIN);
    }

    @Test
    void shouldNameTheDiskWhenItIsFull() {
        // given
        ScriptedSubmitter submitter = new ScriptedSubmitter(log);
        submitter.refuse(NotDecided.Reason.DISK_FULL);

        // when
        CompletableFuture<AppendOutcome> outcome =
                new ProposedSourceLog("main", submitter, log, log.leadership().term()).append(batch(true));

        // then
        assertThatThrownBy(outcome::join)
                .cause()
                .isInstanceOfSatisfying(
                        NotTaken.class, notTaken -> assertThat(notTaken.code()).isEqualTo("disk_full"));
    }

    private static void assertNotDecided(CompletableFuture<?> outcome) {
        assertThatThrownBy(outcome::join).cause().isInstanceOf(NotDecided.class);
    }
}
