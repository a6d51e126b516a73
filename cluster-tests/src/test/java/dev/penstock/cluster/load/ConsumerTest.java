package dev.penstock.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.Delivery;
import dev.penstock.cluster.check.LogEntry;
import dev.penstock.cluster.check.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ConsumerTest {
    private final FakeBroker first = new FakeBroker();
    private final FakeBroker second = new FakeBroker();
    private final Ledger ledger = new Ledger(false);
    private final ConsumerRecord record = new ConsumerRecord(true);

    private void consumeUntil(FakeBroker broker, int acked) throws InterruptedException {
        Consumer consumer = new Consumer(List.of(first, second), 0, "workers", Duration.ofSeconds(1), ledger, record);
        Thread thread = new Thread(consumer);
        thread.start();
        try {
            Awaitility.await()
                    .until(() ->
                            broker.ackedCount() >= acked && record.settlements().size() >= acked);
        } finally {
            consumer.stop();
            thread.join(5_000);
        }
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void shouldWriteDownDeliveriesAndAcks() throws Exception {
        Change change = Change.insert("orders", 5, 7, 1, 0);
        Transaction transaction = new Transaction(7, 1, List.of(change));
        ledger.announce(transaction);
        ledger.committed(transaction);
        first.append("insert", "orders", 5, 7, 1, 0);
        first.append("insert", "orders", 6, 8, 1, 0);

        consumeUntil(first, 2);

        assertThat(record.deliveries()).extracting(Delivery::offset).containsExactly(0L, 1L);
        assertThat(record.settlements())
                .allSatisfy(settlement -> assertThat(settlement.logIndex()).isEqualTo(20));
        assertThat(ledger.deliveredChanges()).isEqualTo(1);
        assertThat(ledger.isDrained()).isTrue();
    }

    @Test
    void shouldGoToTheNextNodeWhenOneDoesNotAnswer() throws Exception {
        first.failNext(1);
        second.append("insert", "orders", 5, 7, 1, 0);

        consumeUntil(second, 1);

        assertThat(record.lastFailure()).isEqualTo("no answer");
    }

    @Test
    void shouldRepeatAnAckWhoseAnswerWasLost() throws Exception {
        first.append("insert", "orders", 5, 7, 1, 0);
        first.loseAnswerOfNextAck();

        consumeUntil(first, 1);

        assertThat(record.settlements()).hasSize(1);
        assertThat(record.deliveries()).hasSize(1);
    }

    @Test
    void shouldReadALogAndFindTheFirstDifference() throws Exception {
        for (FakeBroker broker : List.of(first, second)) {
            broker.append("insert", "orders", 5, 7, 1, 0);
            broker.append("delete", "orders", 5, 0, 2, 0);
        }
        first.append("insert", "orders", 6, 7, 3, 0);
        second.append("insert", "orders", 9, 7, 3, 0);

        LogReader.Stretch one = LogReader.read(first, "main", 0, 3, change -> change.key() < 7);
        LogReader.Stretch other = LogReader.read(second, "main", 0, 3, change -> change.key() < 7);

        assertThat(one.entries())
                .containsExactly(
                        new LogEntry(0, 101, 0, Change.insert("orders", 5, 7, 1, 0)),
                        new LogEntry(1, 102, 0, Change.delete("orders", 5)),
                        new LogEntry(2, 103, 0, Change.insert("orders", 6, 7, 3, 0)));
        assertThat(one.firstDifference(one)).isEmpty();
        assertThat(one.firstDifference(other)).hasValue(2L);
        LogReader.Stretch prefix = LogReader.read(first, "main", 0, 2, change -> true);
        assertThat(one.firstDifference(prefix)).hasValue(2L);
    }

    @Test
    void shouldRefuseAHoleInTheLog() {
        FakeBroker holed = new FakeBroker() {
            @Override
            public synchronized Page events(String stream, long offset, int limit, Duration wait) {
                return first.events(stream, offset + 1, limit, wait);
            }
        };
        first.append("insert", "orders", 5, 7, 1, 0);
        first.append("insert", "orders", 6, 7, 2, 0);

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> LogReader.read(holed, "main", 0, 2, change -> true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dense");
    }
}
