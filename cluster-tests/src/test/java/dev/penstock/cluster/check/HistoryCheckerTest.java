package dev.penstock.cluster.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A clean history, and the same history spoiled in each way that the checker must see. */
class HistoryCheckerTest {
    private static final long LEASE_NANOS = 1_000;

    /** Lists that a test may spoil. */
    private static final class Draft {
        final List<Transaction> committed = new ArrayList<>();
        final List<LogEntry> log = new ArrayList<>();
        final List<Delivery> deliveries = new ArrayList<>();
        final List<Settlement> settlements = new ArrayList<>();

        Verdict check() {
            return new HistoryChecker(new History(committed, log, deliveries, settlements)).check(LEASE_NANOS);
        }
    }

    /** Two writers, five transactions, eight changes; each delivered once and acked. */
    private static Draft clean() {
        Draft draft = new Draft();
        draft.committed.add(new Transaction(1, 1, List.of(Change.insert("orders", 10, 1, 1, 0))));
        draft.committed.add(new Transaction(
                2,
                1,
                List.of(
                        Change.insert("items", 20, 2, 1, 0),
                        Change.insert("items", 21, 2, 1, 1),
                        Change.update("items", 20, 2, 1, 2))));
        draft.committed.add(new Transaction(1, 2, List.of(Change.update("orders", 10, 1, 2, 0))));
        draft.committed.add(
                new Transaction(2, 2, List.of(Change.delete("items", 20), Change.update("items", 21, 2, 2, 1))));
        draft.committed.add(new Transaction(1, 3, List.of(Change.delete("orders", 10))));
        long offset = 0;
        long lsn = 100;
        for (Transaction transaction : draft.committed) {
            long ordinal = 0;
            for (Change change : transaction.changes()) {
                draft.log.add(new LogEntry(offset, lsn, ordinal++, change));
                draft.deliveries.add(new Delivery(offset, 1, 50 + offset * 10, offset * 100, offset * 100 + 10));
                draft.settlements.add(new Settlement(offset, 55 + offset * 10, offset * 100 + 20, offset * 100 + 30));
                offset++;
            }
            lsn += 100;
        }
        return draft;
    }

    private static Verdict spoiled(Consumer<Draft> sabotage) {
        Draft draft = clean();
        sabotage.accept(draft);
        return draft.check();
    }

    @Test
    void shouldFindNothingInACleanHistory() {
        Verdict verdict = clean().check();

        assertThat(verdict.clean()).as("%s", verdict).isTrue();
        assertThat(verdict.committed()).isEqualTo(8);
        assertThat(verdict.delivered()).isEqualTo(8);
        assertThat(verdict.redelivered()).isZero();
        assertThat(verdict.examples()).isEmpty();
    }

    @Test
    void shouldFindAChangeThatIsNotInTheLog() {
        Verdict verdict = spoiled(draft -> draft.log.remove(0));

        assertThat(verdict.missing()).isEqualTo(1);
        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.delivered()).isEqualTo(7);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldFindAChangeThatWasNeverDelivered() {
        Verdict verdict = spoiled(draft -> {
            draft.deliveries.remove(3);
            draft.settlements.remove(3);
        });

        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.missing()).isZero();
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldCountADeliveryWithoutAckAsLost() {
        Verdict verdict = spoiled(draft -> draft.settlements.remove(2));

        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldFindAChangeThatIsInTheLogTwice() {
        Verdict verdict =
                spoiled(draft -> draft.log.add(new LogEntry(8, 900, 0, Change.insert("orders", 10, 1, 1, 0))));

        assertThat(verdict.duplicated()).isEqualTo(1);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldFindADeleteThatIsInTheLogTwice() {
        Verdict verdict = spoiled(draft -> draft.log.add(new LogEntry(8, 900, 0, Change.delete("orders", 10))));

        assertThat(verdict.duplicated()).isEqualTo(1);
    }

    @Test
    void shouldFindADeliveryAfterItsAckByLogIndex() {
        Verdict verdict = spoiled(draft -> draft.deliveries.add(new Delivery(4, 2, 500, 5_000, 5_010)));

        assertThat(verdict.duplicated()).isEqualTo(1);
        assertThat(verdict.redelivered()).isZero();
    }

    @Test
    void shouldFindADeliveryAfterItsAckByTimeWhereAnswersNameNoIndex() {
        Verdict verdict = spoiled(draft -> {
            draft.settlements.set(4, new Settlement(4, 0, 420, 430));
            draft.deliveries.add(new Delivery(4, 2, 0, 5_000, 5_010));
        });

        assertThat(verdict.duplicated()).isEqualTo(1);
    }

    @Test
    void shouldAllowARedeliveryBeforeTheAck() {
        Verdict verdict = spoiled(draft -> {
            // The first answer was lost with its node; the lease ran out, the message came again, then it was acked.
            draft.deliveries.set(4, new Delivery(4, 1, 90, 400, 410));
            draft.deliveries.add(new Delivery(4, 2, 94, 1_500, 1_510));
            draft.settlements.set(4, new Settlement(4, 95, 1_520, 1_530));
        });

        assertThat(verdict.clean()).as("%s", verdict).isTrue();
        assertThat(verdict.redelivered()).isEqualTo(1);
    }

    @Test
    void shouldAllowADeliveryThatWasDecidedBeforeTheAckAndArrivedAfterIt() {
        Verdict verdict = spoiled(draft -> {
            draft.deliveries.set(4, new Delivery(4, 1, 90, 400, 410));
            draft.deliveries.add(new Delivery(4, 2, 94, 1_500, 9_000));
            draft.settlements.set(4, new Settlement(4, 95, 1_520, 1_530));
        });

        assertThat(verdict.duplicated()).isZero();
    }

    @Test
    void shouldFindASecondDeliveryWithinTheLease() {
        Verdict verdict = spoiled(draft -> draft.deliveries.add(new Delivery(4, 2, 93, 430, 440)));

        assertThat(verdict.overlapping()).isEqualTo(1);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldFindChangesOfARowInTheWrongOrder() {
        Verdict verdict = spoiled(draft -> {
            // The transactions of writer 1 that insert and update row 10 have changed places.
            LogEntry insert = draft.log.get(0);
            LogEntry update = draft.log.get(4);
            draft.log.set(0, new LogEntry(0, 100, 0, update.change()));
            draft.log.set(4, new LogEntry(4, 300, 0, insert.change()));
        });

        assertThat(verdict.outOfOrder()).isEqualTo(1);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldFindPositionsThatDoNotRise() {
        Verdict verdict = spoiled(draft -> {
            LogEntry entry = draft.log.get(4);
            draft.log.set(4, new LogEntry(4, 50, 0, entry.change()));
        });

        assertThat(verdict.outOfOrder()).isEqualTo(1);
    }

    @Test
    void shouldFindOffsetsThatDoNotRise() {
        Verdict verdict = spoiled(draft -> Collections.swap(draft.deliveries, 0, 1));
        assertThat(verdict.clean()).as("the order of deliveries means nothing").isTrue();

        Verdict spoiledLog = spoiled(draft -> {
            LogEntry entry = draft.log.get(5);
            draft.log.set(5, new LogEntry(4, entry.commitLsn(), entry.ordinal(), entry.change()));
        });
        assertThat(spoiledLog.outOfOrder()).isEqualTo(1);
    }

    @Test
    void shouldFindATransactionThatIsNotWhole() {
        Verdict verdict = spoiled(draft -> draft.log.remove(3));

        assertThat(verdict.torn()).isEqualTo(1);
        assertThat(verdict.missing()).isEqualTo(1);
    }

    @Test
    void shouldFindATransactionWithAnotherInItsMiddle() {
        Verdict verdict = spoiled(draft -> {
            LogEntry inner = draft.log.get(2);
            draft.log.set(2, new LogEntry(2, 200, 1, Change.update("orders", 10, 1, 2, 0)));
            draft.log.set(4, new LogEntry(4, 300, 0, inner.change()));
        });

        assertThat(verdict.torn()).isPositive();
    }

    @Test
    void shouldFindAnOrdinalThatIsNotThePlaceInTheTransaction() {
        Verdict verdict = spoiled(draft -> {
            LogEntry entry = draft.log.get(3);
            draft.log.set(3, new LogEntry(3, entry.commitLsn(), 7, entry.change()));
        });

        assertThat(verdict.torn()).isEqualTo(1);
    }

    @Test
    void shouldFindAChangeThatWasNeverCommitted() {
        Verdict verdict =
                spoiled(draft -> draft.log.add(new LogEntry(8, 900, 0, Change.insert("orders", 99, 1, 9, 0))));

        assertThat(verdict.phantom()).isEqualTo(1);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void shouldCompareLsnsAsUnsigned() {
        Verdict verdict = spoiled(draft -> {
            LogEntry last = draft.log.get(7);
            draft.log.set(7, new LogEntry(7, 0xF000_0000_0000_0000L, 0, last.change()));
        });

        assertThat(verdict.clean()).as("%s", verdict).isTrue();
    }

    @Test
    void shouldNameWhatItFound() {
        Verdict verdict = spoiled(draft -> draft.log.remove(0));

        assertThat(verdict.examples())
                .anySatisfy(
                        sentence -> assertThat(sentence).contains("orders 10").contains("not in the log"));
    }
}
