package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.kv.Space;
import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.machine.Reply.Overtaken;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Losses;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.LogTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention: what goes and when, what holds it, and that nothing is lost in silence (traps A15, B3, B4). */
class TrimTrapsTest {

    private static final long HOUR = 3_600_000;

    private final MachineFixture f = new MachineFixture();
    private long lsn = 100;

    /** One batch of ten. */
    private void batch() {
        assertThat(f.append(lsn, 10)).isInstanceOf(Reply.Appended.class);
        lsn += 10;
    }

    private void batches(int count) {
        for (int i = 0; i < count; i++) {
            batch();
        }
    }

    private StreamState stream() {
        try (MachineView view = f.machine.openView()) {
            return view.stream(1).orElseThrow();
        }
    }

    private void keep(Retention retention) {
        assertThat(f.apply(new Command.SetRetention(1, retention))).isEqualTo(new Reply.Done());
    }

    private Reply.Trimmed trim() {
        return (Reply.Trimmed) f.apply(new Command.Trim(1, 1000));
    }

    /** All but the newest batch. */
    private Reply.Trimmed trimToOne() {
        long bytes = stream().bytes();
        keep(new Retention(0, bytes * 3 / 2 / (f.end() / 10), 0));
        return trim();
    }

    private boolean isTrimNeeded() {
        try (MachineView view = f.machine.openView()) {
            return view.trimNeeded(1, f.stampMillis);
        }
    }

    @Test
    void shouldKeepEverythingUntilARetentionIsSet() {
        batches(3);
        f.stampMillis += 1_000_000 * HOUR;

        assertThat(isTrimNeeded()).isFalse();
        assertThat(trim()).isEqualTo(new Reply.Trimmed(0, 0, List.of(), false));
    }

    @Test
    void shouldTrimWholeBatchesByAgeInLogTimeWhateverTheWallClockSays() {
        batches(2);
        f.stampMillis += HOUR;
        batch();
        keep(new Retention(HOUR, 0, 0));
        f.stampMillis += HOUR - 1;
        f.wallMillis += 1_000_000 * HOUR;

        Reply.Trimmed first = trim();
        boolean neededThen = isTrimNeeded();
        f.stampMillis += 1;
        boolean neededNow = isTrimNeeded();
        Reply.Trimmed second = trim();

        assertThat(first).isEqualTo(new Reply.Trimmed(20, 2, List.of(), false));
        assertThat(neededThen).isFalse();
        assertThat(neededNow).isTrue();
        assertThat(second).isEqualTo(new Reply.Trimmed(30, 1, List.of(), false));
        assertThat(stream().bytes()).isZero();
        assertThat(stream().end()).isEqualTo(30);
    }

    @Test
    void shouldTrimByBytesAndGoOnAppendingBehind() {
        batches(5);
        long chain = stream().chain();

        Reply.Trimmed trimmed = trimToOne();
        batch();

        assertThat(trimmed.earliest()).isEqualTo(40);
        assertThat(stream().earliest()).isEqualTo(40);
        assertThat(stream().end()).isEqualTo(60);
        assertThat(stream().chain()).isNotEqualTo(chain);
        try (MachineView view = f.machine.openView()) {
            assertThat(view.batchAt(1, 39)).isEmpty();
            assertThat(view.batchAt(1, 40).orElseThrow().baseOffset()).isEqualTo(40);
        }
    }

    @Test
    void shouldTrimAtMostSoManyBatchesAndSayThatThereIsMore() {
        batches(5);
        keep(new Retention(0, 1, 0));

        assertThat(f.apply(new Command.Trim(1, 2))).isEqualTo(new Reply.Trimmed(20, 2, List.of(), true));
        assertThat(f.apply(new Command.Trim(1, 0))).isEqualTo(new Reply.Trimmed(20, 0, List.of(), false));
        assertThat(((Reply.Rejected) f.apply(new Command.Trim(1, -1))).reason()).isEqualTo(Rejection.MALFORMED);
        assertThat(((Reply.Rejected) f.apply(new Command.Trim(9, 1))).reason()).isEqualTo(Rejection.UNKNOWN_STREAM);
    }

    @Test
    void shouldRefuseATrimOfAnotherTermAndARetentionThatIsNone() {
        batches(2);
        keep(new Retention(0, 1, 0));
        f.term = 2;

        Reply late = f.applyAll(1, List.of(new Command.Trim(1, 10))).get(0);

        assertThat(((Reply.Rejected) late).reason()).isEqualTo(Rejection.STALE_TERM);
        for (Retention nonsense :
                List.of(new Retention(-1, 0, 0), new Retention(0, -1, 0), new Retention(Long.MAX_VALUE, 0, 0))) {
            Reply reply = f.apply(new Command.SetRetention(1, nonsense));
            assertThat(((Reply.Rejected) reply).reason()).isEqualTo(Rejection.MALFORMED);
        }
        assertThat(stream().earliest()).isZero();
    }

    @Test
    void shouldCountWhatAGroupHadNotScannedWhenItIsOvertaken() {
        batches(4);
        f.create("slow", Ordering.NONE);
        f.ack("slow", f.grant("slow", 5, 1000));
        Command.Grant planned = f.grantOf("slow", 3, 1000);
        f.wallMillis = 7777;

        Reply.Trimmed trimmed = trimToOne();

        GroupState slow = f.group("slow");
        assertThat(trimmed.overtaken()).containsExactly(new Overtaken(slow.id(), 25));
        assertThat(slow.losses()).isEqualTo(new Losses(25, 7777));
        assertThat(slow.scan()).isEqualTo(30);
        assertThat(f.floor("slow")).isEqualTo(30);
        assertThat(((Reply.Rejected) f.apply(planned)).reason()).isEqualTo(Rejection.STALE_SCAN);
        assertThat(f.grant("slow", 1, 1000).get(0).offset()).isEqualTo(30);
    }

    @Test
    void shouldNotCountWhatWasSettled() {
        batches(4);
        f.create("fast", Ordering.NONE);
        f.ack("fast", f.grant("fast", 40, 1000));

        assertThat(trimToOne().overtaken()).isEmpty();
        assertThat(f.group("fast").losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void shouldLetALeasedMessageBeSettledAfterItsEventWentAndLoseItWhenItIsGivenBack() {
        batches(3);
        f.create("g", Ordering.NONE);
        List<LeaseRef> leases = f.grant("g", 30, 1000);
        f.ack("g", leases.subList(8, 30));

        assertThat(trimToOne().overtaken()).isEmpty();
        ItemResult[] acked = f.ack("g", leases.subList(0, 2));
        ItemResult[] nacked = f.nack("g", leases.subList(2, 3), 0);
        ItemResult[] delayed = f.nack("g", leases.subList(3, 4), 5_000);
        ItemResult[] released = f.release("g", leases.subList(4, 5));
        ItemResult[] extended = f.extend("g", leases.subList(5, 6), 5_000, false);
        ItemResult[] again = f.ack("g", leases.subList(2, 5));
        Losses given = f.group("g").losses();
        f.stampMillis += 1000;
        f.expire();

        assertThat(acked).containsOnly(ItemResult.OK);
        assertThat(List.of(nacked[0], delayed[0], released[0], extended[0])).containsOnly(ItemResult.OK);
        assertThat(again).as("settled already").containsOnly(ItemResult.OK);
        assertThat(given.atMost()).isEqualTo(3);
        assertThat(f.group("g").losses().atMost()).as("6 and 7 expired").isEqualTo(5);
        assertThat(f.group("g").unsettledRows()).as("5 is still leased").isEqualTo(1);
        assertThat(f.floor("g")).isEqualTo(5);
    }

    @Test
    void shouldLoseReadyMessagesAndCountThem() {
        batches(3);
        f.create("g", Ordering.NONE);
        List<LeaseRef> leases = f.grant("g", 30, 1000);
        f.nack("g", leases.subList(0, 12), 0);
        f.nack("g", leases.subList(12, 14), 60_000);
        f.ack("g", leases.subList(15, 20));

        Reply.Trimmed trimmed = trimToOne();

        int id = f.group("g").id();
        assertThat(trimmed.overtaken()).containsExactly(new Overtaken(id, 12));
        assertThat(f.group("g").ready()).isZero();
        assertThat(f.group("g").delayed()).isEqualTo(2);
        f.stampMillis += 60_000;
        f.expire();
        assertThat(f.group("g").losses().atMost())
                .as("12 and 13, and 14 that was leased")
                .isEqualTo(15);
        assertThat(f.message("g", 20).state()).isEqualTo(State.READY);
    }

    @Test
    void shouldMoveTheStartOnlyWhenAllReadyMessagesBelowItAreGone() {
        f.checkEachStep = false;
        int rows = TrimHandler.MAX_ROWS + 500;
        f.append(lsn, rows);
        lsn += 10;
        batch();
        f.create("g", Ordering.NONE);
        f.nack("g", f.grant("g", TrimHandler.MAX_ROWS, 1000), 0);
        f.nack("g", f.grant("g", 500, 1000), 0);
        keep(new Retention(0, 400, 0));

        Reply.Trimmed first = trim();
        long earliestThen = stream().earliest();
        Reply.Trimmed second = trim();

        assertThat(first.more()).isTrue();
        assertThat(first.batches()).isZero();
        assertThat(earliestThen).isZero();
        assertThat(second.earliest()).isEqualTo(rows);
        assertThat(f.group("g").losses().atMost()).isEqualTo(rows);
    }

    @Test
    void shouldWaitForAGroupThatHoldsTheLogUpToTheBoundOnThat() {
        batches(4);
        f.create("slow", Ordering.NONE);
        f.apply(f.update("slow", new GroupChange.Builder().hold(true).build()));
        f.ack("slow", f.grant("slow", 12, 1000));
        long bytes = stream().bytes();

        keep(new Retention(0, 1, bytes));
        Reply.Trimmed held = trim();
        boolean neededThen = isTrimNeeded();
        keep(new Retention(0, 1, bytes * 5 / 8));
        boolean neededNow = isTrimNeeded();
        Reply.Trimmed beyond = trim();

        assertThat(held.earliest()).as("below the floor it goes").isEqualTo(10);
        assertThat(held.overtaken()).isEmpty();
        assertThat(neededThen).isFalse();
        assertThat(neededNow).isTrue();
        assertThat(beyond.earliest()).isEqualTo(20);
        assertThat(beyond.overtaken())
                .containsExactly(new Overtaken(f.group("slow").id(), 8));
    }

    /** Trap B4: what the leader saw when it proposed the trim is no longer so when it is applied. */
    @Test
    void shouldNotTrimWhatAGroupCreatedOrSoughtInTheSameEntryHolds() {
        batches(3);
        f.create("g", Ordering.NONE);
        f.apply(f.update("g", new GroupChange.Builder().hold(true).build()));
        f.ack("g", f.grant("g", 30, 1000));
        keep(new Retention(0, 1, 0));
        GroupState g = f.group("g");

        List<Reply> replies = f.applyAll(
                1,
                List.of(
                        new Command.SeekGroup(g.id(), g.generation(), new StartPosition.AtOffset(11)),
                        new Command.Trim(1, 100)));

        assertThat(((Reply.Trimmed) replies.get(1)).earliest()).isEqualTo(10);
        assertThat(f.group("g").losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void shouldRefuseToStartBelowTheEarliest() {
        batches(3);
        trimToOne();
        f.create("g", Ordering.NONE);
        GroupState g = f.group("g");

        Reply below = f.apply(new Command.SeekGroup(g.id(), g.generation(), new StartPosition.AtOffset(19)));

        assertThat(g.scan()).as("earliest").isEqualTo(20);
        assertThat(((Reply.Rejected) below).reason()).isEqualTo(Rejection.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void shouldNotHandOutWhatWaitedBehindAKeyAndWasTrimmed() {
        batches(3);
        f.create("g", Ordering.KEY);
        f.grant("g", 1, 1_000, 7, 0);
        f.park("g", 29, 7);

        Reply.Trimmed trimmed = trimToOne();
        Reply below = f.apply(f.unpark("g", 1, 7, 2));
        f.stampMillis += 1_000;
        f.expire();
        Reply above = f.apply(f.unpark("g", 20, 7, 21));

        assertThat(trimmed.overtaken())
                .containsExactly(new Overtaken(f.group("g").id(), 19));
        assertThat(((Reply.Rejected) below).reason()).isEqualTo(Rejection.NOT_AVAILABLE);
        assertThat(MachineFixture.leases(above).get(0).offset()).isEqualTo(20);
        assertThat(f.group("g").losses().atMost()).isEqualTo(20);
    }

    /** Trap A8: a dead letter keeps its payload, also while nobody has stored it yet. */
    @Test
    void shouldNotTrimWhatIsDyingBeforeItIsStored() {
        batches(4);
        f.create("g", Ordering.NONE);
        f.maxDeliveries("g", 1);
        List<LeaseRef> leases = f.grant("g", 40, 1000);
        f.nack("g", leases.subList(12, 13), 0);
        f.ack("g", leases.subList(13, 40));

        Reply.Trimmed before = trimToOne();
        boolean neededThen = isTrimNeeded();
        f.bury("g", 12);
        boolean neededNow = isTrimNeeded();
        Reply.Trimmed after = trim();
        f.nack("g", leases.subList(0, 1), 0);

        assertThat(before.earliest()).isEqualTo(10);
        assertThat(neededThen).isFalse();
        assertThat(neededNow).isTrue();
        assertThat(after.earliest()).isEqualTo(30);
        assertThat(f.deadLetters("g")).hasSize(1);
        assertThat(f.group("g").dying())
                .as("the event of 0 is gone: it cannot become a dead letter")
                .isZero();
        assertThat(f.group("g").losses().atMost()).isEqualTo(1);
    }

    @Test
    void shouldNotTouchTheStreamOfTheDeadLetters() {
        batches(1);
        f.create("g", Ordering.NONE);
        f.maxDeliveries("g", 1);
        f.nack("g", f.grant("g", 1, 1000), 0);
        f.bury("g", 0);
        int internal = f.deadLetters("g").get(0).streamId();

        Reply retained = f.apply(new Command.SetRetention(internal, new Retention(0, 1, 0)));

        assertThat(((Reply.Rejected) retained).reason()).isEqualTo(Rejection.UNKNOWN_STREAM);
        assertThat(((Reply.Rejected) f.apply(new Command.Trim(internal, 9))).reason())
                .isEqualTo(Rejection.UNKNOWN_STREAM);
    }

    @Test
    void shouldGiveTheSpaceBackOnlyWhenACheckpointHoldsTheTrim(@TempDir Path directory) {
        batches(3);
        f.machine.checkpoint(directory.resolve("before"));
        trimToOne();

        boolean stillThere = f.store.get(Space.LOG, LogTable.key(1, 0)) != null;
        f.machine.checkpoint(directory.resolve("after"));

        assertThat(stillThere).isTrue();
        assertThat(f.store.get(Space.LOG, LogTable.key(1, 0))).isNull();
        assertThat(f.store.get(Space.LOG, LogTable.key(1, 10))).isNull();
        assertThat(f.store.get(Space.LOG, LogTable.key(1, 20))).isNotNull();
    }
}
