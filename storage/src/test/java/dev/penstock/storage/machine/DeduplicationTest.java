package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.machine.QueueFixture.Sent;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which messages repeat one of before is decided in the log. */
class DeduplicationTest {

    private final MachineFixture f = new MachineFixture();
    private long lsn = 100;

    @BeforeEach
    void queues() {
        f.apply(QueueFixture.queue("line", Ordering.KEY));
        f.apply(QueueFixture.queue("jobs", Ordering.NONE));
    }

    /** Places of the repetitions in the batch that was appended. */
    private List<Integer> append(Sent... messages) {
        lsn += 10;
        Reply.Appended appended =
                (Reply.Appended) f.apply(QueueFixture.append(f.source().last(), lsn, messages));
        try (MachineView view = f.machine.openView()) {
            return view.batchAt(1, appended.baseOffset()).orElseThrow().duplicates();
        }
    }

    private List<Integer> append(String queue, long id) {
        return append(Sent.of(queue, id));
    }

    private int rows() {
        int rows = 0;
        try (Cursor cursor = f.store.cursor(Space.STATE, new KeyRange(new byte[] {0x18}, new byte[] {0x1a}))) {
            for (; cursor.isValid(); cursor.next()) {
                rows++;
            }
        }
        return rows;
    }

    @Test
    void shouldMarkRepetitionsWithinFiveMinutes() {
        assertThat(append("line", 7)).isEmpty();
        assertThat(append("line.fifo", 7)).containsExactly(0);
        assertThat(append(Sent.of("line", 8), Sent.of("line", 7), Sent.of("line", 8)))
                .containsExactly(1, 2);
        f.stampMillis += 299_999;
        assertThat(append("line", 7)).containsExactly(0);
        f.stampMillis += 1;
        assertThat(append("line", 7))
                .as("five minutes after the first, not the last")
                .isEmpty();
        assertThat(append("line", 7)).containsExactly(0);
    }

    @Test
    void shouldTellMessagesWithoutAnIdApart() {
        assertThat(append(Sent.of("line", 0), Sent.of("line", 0))).isEmpty();
        assertThat(rows()).isZero();
    }

    @Test
    void shouldRememberNothingForQueuesThatAreNotThere() {
        assertThat(append(Sent.of("none", 7), Sent.of("none", 7), Sent.of("jobs.fifo", 7), Sent.of("jobs.fifo", 7)))
                .isEmpty();
        f.create("changes", Ordering.NONE);
        assertThat(append(Sent.of("changes", 7), Sent.of("changes", 7))).isEmpty();
        assertThat(rows()).isZero();
        assertThat(append(Sent.of("jobs", 7), Sent.of("jobs", 7))).containsExactly(1);
    }

    @Test
    void shouldForgetAtAPurgeAndWhenTheQueueIsMadeAnew() {
        append("line", 7);
        GroupState line = f.group("line");
        f.apply(new Command.SeekGroup(line.id(), line.generation(), new StartPosition.Latest()));
        assertThat(append("line", 7)).isEmpty();
        assertThat(append("line", 7)).containsExactly(0);
        line = f.group("line");
        f.apply(new Command.DeleteGroup(line.id(), line.generation()));
        assertThat(append("line", 7)).isEmpty();
        f.apply(QueueFixture.queue("line", Ordering.KEY));
        assertThat(append("line", 7)).isEmpty();
        assertThat(append("line", 7)).containsExactly(0);
    }

    /** A replay delivers what was delivered, once. */
    @Test
    void shouldKeepRepetitionsMarkedWhenTheGroupGoesBack() {
        append("line", 7);
        append("line", 7);
        GroupState line = f.group("line");
        f.apply(new Command.SeekGroup(line.id(), line.generation(), new StartPosition.Earliest()));
        assertThat(append("line", 7)).containsExactly(0);
    }

    @Test
    void shouldDecideTheSameAfterARestart() {
        append("line", 7);
        f.restart();
        assertThat(append("line", 7)).containsExactly(0);
        f.stampMillis += 300_000;
        f.restart();
        assertThat(append("line", 7)).isEmpty();
    }

    @Test
    void shouldForgetAsFastAsItRemembers() {
        f.checkEachStep = false;
        Sent[] many = new Sent[1_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = Sent.of("line", 1_000 + i);
        }
        append(many);
        assertThat(rows()).isEqualTo(2_000);

        f.stampMillis += 300_000;
        f.restart();
        for (int i = 0; i < 28; i++) {
            append("line", 10_000 + i);
        }
        assertThat(rows()).as("18 with each append").isEqualTo(2 * (1_000 + 28 - 28 * 18));
        for (int i = 0; i < 60; i++) {
            append("line", 0);
        }
        assertThat(rows()).isEqualTo(2 * 28);
        f.stampMillis += 300_000;
        append("jobs", 0);
        append("jobs", 0);
        assertThat(rows()).isZero();
    }

    @Test
    void shouldRenewWhatWasNotForgottenYet() {
        f.checkEachStep = false;
        Sent[] many = new Sent[100];
        for (int i = 0; i < many.length; i++) {
            many[i] = Sent.of("line", 1_000 + i);
        }
        append(many);
        f.stampMillis += 300_000;
        assertThat(append(many)).isEmpty();
        assertThat(append(many)).hasSize(100);
        assertThat(rows()).isEqualTo(200);
    }
}
