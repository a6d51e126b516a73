package dev.penstock.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Change INSERT = Change.insert("orders", 1, 7, 1, 0);
    private static final Transaction TRANSACTION = new Transaction(7, 1, List.of(INSERT));

    @Test
    void shouldCountADeliveryThatCameBeforeTheAnswerToItsCommit() {
        Ledger ledger = new Ledger(true);
        ledger.announce(TRANSACTION);
        ledger.acked(INSERT);
        assertThat(ledger.deliveredChanges()).isZero();

        ledger.committed(TRANSACTION);

        assertThat(ledger.committedChanges()).isEqualTo(1);
        assertThat(ledger.deliveredChanges()).isEqualTo(1);
        assertThat(ledger.isDrained()).isTrue();
    }

    @Test
    void shouldCountAChangeOnceHoweverOftenItIsAcked() {
        Ledger ledger = new Ledger(false);
        ledger.announce(TRANSACTION);
        ledger.committed(TRANSACTION);
        ledger.acked(INSERT);
        ledger.acked(INSERT);

        assertThat(ledger.deliveredChanges()).isEqualTo(1);
    }

    @Test
    void shouldNotBeDrainedWhileSomethingCommittedIsOut() {
        Ledger ledger = new Ledger(false);
        ledger.announce(TRANSACTION);
        ledger.committed(TRANSACTION);

        assertThat(ledger.isDrained()).isFalse();
        assertThat(ledger.overdue(-1)).isEqualTo(1);
        assertThat(ledger.overdue(Long.MAX_VALUE)).isZero();
    }

    @Test
    void shouldForgetATransactionThatDidNotCommit() {
        Ledger ledger = new Ledger(true);
        ledger.announce(TRANSACTION);
        ledger.withdrawn(TRANSACTION);
        ledger.acked(INSERT);

        assertThat(ledger.deliveredChanges()).isZero();
        assertThat(ledger.isDrained()).isTrue();
        assertThat(ledger.transactions()).isEmpty();
    }

    @Test
    void shouldPassOverChangesOfOthers() {
        Ledger ledger = new Ledger(false);
        ledger.acked(Change.delete("orders", 4711));

        assertThat(ledger.deliveredChanges()).isZero();
    }
}
