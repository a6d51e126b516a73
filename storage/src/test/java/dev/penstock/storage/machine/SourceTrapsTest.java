package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StoredBatch;
import org.junit.jupiter.api.Test;

/** The traps of the log's side, each named after its entry in the list of traps of the design. */
class SourceTrapsTest {

    private final MachineFixture f = new MachineFixture();

    private static Rejection reason(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Rejected.class);
        return ((Reply.Rejected) reply).reason();
    }

    /** A batch times out, the replicator resumes from what it sees, and then both arrive. */
    @Test
    void shouldA1StoreNothingOfABatchThatOverlapsPartly() {
        byte[] first = f.batch(SourcePosition.ORIGIN, 100, 500);
        byte[] more = f.batch(SourcePosition.ORIGIN, 100, 700);

        assertThat(f.apply(new Command.Append(1, first))).isEqualTo(new Reply.Appended(0, 500));
        SourcePosition last = f.source().last();
        // The tempting rule, "its last is above the watermark", would store 0 to 499 twice.
        assertThat(BatchCodec.header(more).last().isAfter(last)).isTrue();
        assertThat(f.apply(new Command.Append(1, more))).isEqualTo(new Reply.Mismatch(last));
        assertThat(f.end()).isEqualTo(500);

        assertThat(f.apply(new Command.Append(1, first))).isEqualTo(new Reply.Duplicate(last));
        assertThat(f.apply(new Command.Append(1, f.batch(last, 101, 3)))).isEqualTo(new Reply.Appended(500, 503));
    }

    @Test
    void shouldA1LeaveNoHole() {
        f.append(100, 5);
        byte[] ahead = f.batch(Batches.position(1, 105, 0), 106, 2);

        assertThat(f.apply(new Command.Append(1, ahead)))
                .isEqualTo(new Reply.Mismatch(f.source().last()));
        assertThat(f.end()).isEqualTo(5);
    }

    /** An epoch that no committed fact began would give stored events a second name (A3). */
    @Test
    void shouldA3RefuseAnEpochWithoutEvidence() {
        f.append(100, 5);
        EventBatch renamed = Batches.transaction("main", f.source().last(), 2, 100, 5);

        assertThat(reason(f.apply(new Command.Append(1, BatchCodec.encode(renamed)))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
    }

    /** A batch that was on its way when an operator began a new epoch belongs to what was given up. */
    @Test
    void shouldA3RefuseAnEpochThatHasEnded() {
        f.append(100, 5);
        SourcePosition last = f.source().last();
        byte[] late = f.batch(last, 101, 3);
        f.apply(new Command.StopSource(1, last, "slot_missing", new byte[0]));
        f.apply(new Command.ResumeSource(1, last, 2, "slot2", "7", 2, new Lsn(50)));

        assertThat(reason(f.apply(new Command.Append(1, late)))).isEqualTo(Rejection.SOURCE_CONFLICT);
        assertThat(f.end()).isEqualTo(5);
    }

    @Test
    void shouldA4NeverBeReadyTwiceOnOtherEvidence() {
        assertThat(f.apply(new Command.SourceReady(1, "7", 1, new Lsn(5)))).isEqualTo(new Reply.Done());
        assertThat(reason(f.apply(new Command.SourceReady(1, "7", 1, new Lsn(9)))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
        assertThat(f.apply(new Command.SourceIntent("main", "shop", "slot", "pub")))
                .isEqualTo(new Reply.SourceOpened(1));
        assertThat(reason(f.apply(new Command.SourceIntent("main", "shop", "new_slot", "pub"))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
    }

    private byte[] gapBatch() {
        SourcePosition last = f.source().last();
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", last);
        builder.add(new ChangeEvent(
                new SourcePosition(1, new Lsn(last.commitLsn().value() + 1), 0),
                Action.GAP,
                Route.SOURCE,
                1000,
                0,
                0,
                0,
                false,
                Batches.utf8("{\"from_lsn\":\"0/64\",\"to_lsn\":null,\"reason\":\"slot_missing\"}"),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT));
        return BatchCodec.encode(builder.build());
    }

    @Test
    void shouldA5MakeGapAndStopOneFact() {
        f.append(100, 5);
        SourcePosition before = f.source().last();

        Reply stopped = f.apply(new Command.StopSource(1, before, "slot_missing", gapBatch()));

        assertThat(stopped).isEqualTo(new Reply.Appended(5, 6));
        try (MachineView view = f.machine.openView()) {
            assertThat(BatchCodec.decode(view.batchAt(1, 5).orElseThrow().encoded())
                            .event(0)
                            .action())
                    .isEqualTo(Action.GAP);
        }
        f.restart();
        assertThat(f.source().phase()).isEqualTo(Phase.STOPPED);
        assertThat(f.source().stopReason()).isEqualTo("slot_missing");
        assertThat(reason(f.append(200, 1))).isEqualTo(Rejection.SOURCE_STOPPED);
        assertThat(reason(f.apply(new Command.SourceBound(1, f.source().last(), new Lsn(999)))))
                .isEqualTo(Rejection.SOURCE_STOPPED);
    }

    @Test
    void shouldA5NeitherStoreNorStopOnAStaleStop() {
        byte[] gap = gapBatch();
        f.append(100, 5);

        Reply reply = f.apply(new Command.StopSource(1, SourcePosition.ORIGIN, "slot_missing", gap));

        assertThat(reply).isInstanceOf(Reply.Duplicate.class);
        assertThat(f.apply(new Command.StopSource(1, SourcePosition.ORIGIN, "slot_missing", new byte[0])))
                .isEqualTo(new Reply.Mismatch(f.source().last()));
        assertThat(f.source().phase()).isEqualTo(Phase.READY);
    }

    @Test
    void shouldA5ResumeOnlyByAnOperatorsFactInANewEpoch() {
        f.append(100, 5);
        f.apply(new Command.StopSource(1, f.source().last(), "slot_missing", gapBatch()));
        SourcePosition last = f.source().last();

        assertThat(reason(f.apply(new Command.ResumeSource(1, last, 1, "slot2", "7", 2, new Lsn(50)))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
        assertThat(f.apply(new Command.ResumeSource(1, last, 2, "slot2", "7", 2, new Lsn(50))))
                .isEqualTo(new Reply.Done());
        // The same fact again, after an unknown outcome.
        assertThat(f.apply(new Command.ResumeSource(1, last, 2, "slot2", "7", 2, new Lsn(50))))
                .isEqualTo(new Reply.Done());

        SourceState resumed = f.source();
        assertThat(resumed.phase()).isEqualTo(Phase.READY);
        assertThat(resumed.slot()).isEqualTo("slot2");
        assertThat(resumed.bound()).isEqualTo(new Lsn(50));
        // LSNs may repeat in a new epoch: position is rising all the same.
        assertThat(f.append(60, 2)).isEqualTo(new Reply.Appended(6, 8));
    }

    @Test
    void shouldA15KeepTimesBesideTheUnchangedBatch() {
        byte[] late = f.batch(SourcePosition.ORIGIN, 300, 2);
        f.stampMillis = 7_000;
        f.wallMillis = 1_800_000_000_000L;
        f.apply(new Command.Append(1, late));
        EventBatch.Builder early =
                new EventBatch.Builder("main", "shop", f.source().last());
        early.add(Batches.insert(Batches.position(1, 301, 0), 1, 55));
        f.stampMillis = 8_000;
        f.apply(new Command.Append(1, BatchCodec.encode(early.build())));

        try (MachineView view = f.machine.openView()) {
            StoredBatch first = view.batchAt(1, 1).orElseThrow();
            StoredBatch second = view.batchAt(1, 2).orElseThrow();
            assertThat(first.encoded()).isEqualTo(late);
            assertThat(first.stampMillis()).isEqualTo(7_000);
            assertThat(first.wallMillis()).isEqualTo(1_800_000_000_000L);
            assertThat(second.stampMillis()).isEqualTo(8_000);
            // Commit times are not monotone; their running maximum is, and can be searched.
            assertThat(BatchCodec.header(second.encoded()).maxCommitMicros()).isEqualTo(55);
            assertThat(second.maxCommitMicros())
                    .isEqualTo(first.maxCommitMicros())
                    .isEqualTo(1_700_000_000_000_300L);
        }
    }

    @Test
    void shouldB7MoveTheBoundOnlyWithWhatIsStored() {
        assertThat(f.source().bound()).isEqualTo(new Lsn(5));
        f.append(100, 5);
        assertThat(f.source().bound()).isEqualTo(new Lsn(108));
        EventBatch.Builder half =
                new EventBatch.Builder("main", "shop", f.source().last());
        half.add(Batches.insert(Batches.position(1, 200, 0), 1, 55));
        f.apply(new Command.Append(1, BatchCodec.encode(half.build())));

        assertThat(f.source().bound()).isEqualTo(new Lsn(108));
        assertThat(reason(f.apply(new Command.SourceBound(1, f.source().last(), new Lsn(500)))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
        assertThat(f.apply(new Command.SourceBound(1, SourcePosition.ORIGIN, new Lsn(500))))
                .isInstanceOf(Reply.Mismatch.class);
        f.append(201, 1);
        assertThat(f.apply(new Command.SourceBound(1, f.source().last(), new Lsn(500))))
                .isEqualTo(new Reply.Done());
        assertThat(f.source().bound()).isEqualTo(new Lsn(500));
        f.apply(new Command.SourceBound(1, f.source().last(), new Lsn(400)));
        assertThat(f.source().bound()).isEqualTo(new Lsn(500));
    }

    /** Judged by what is stored: a batch of the old timeline that came in between has not been judged. */
    @Test
    void shouldMoveToALaterTimelineOnlyAtThePositionThatWasJudged() {
        f.append(100, 5);
        SourcePosition judged = f.source().last();
        EventBatch.Builder half = new EventBatch.Builder("main", "shop", judged);
        half.add(Batches.insert(Batches.position(1, 200, 0), 1, 55));
        f.apply(new Command.Append(1, BatchCodec.encode(half.build())));

        assertThat(f.apply(new Command.SourceTimeline(1, judged, 3)))
                .isEqualTo(new Reply.Mismatch(f.source().last()));
        assertThat(f.source().timeline()).isEqualTo(1);

        // A transaction that is stored in part goes on with the timeline.
        assertThat(f.apply(new Command.SourceTimeline(1, f.source().last(), 3))).isEqualTo(new Reply.Done());
        f.restart();
        assertThat(f.source().timeline()).isEqualTo(3);
        assertThat(f.source().lastInTransaction()).isFalse();
        assertThat(f.source().epoch()).isEqualTo(1);
        f.append(201, 1);
        assertThat(f.apply(new Command.SourceTimeline(1, judged, 3))).isEqualTo(new Reply.Done());
        assertThat(reason(f.apply(new Command.SourceTimeline(1, f.source().last(), 2))))
                .isEqualTo(Rejection.SOURCE_CONFLICT);
        assertThat(reason(f.apply(new Command.SourceTimeline(9, judged, 4)))).isEqualTo(Rejection.UNKNOWN_SOURCE);
    }

    /** A damaged batch is a refusal, the same on every node; a node that alone sees damage gets another digest. */
    @Test
    void shouldRefuseADamagedOrForeignBatch() {
        byte[] damaged = f.batch(SourcePosition.ORIGIN, 100, 2);
        damaged[damaged.length - 1] ^= 1;
        byte[] foreign = BatchCodec.encode(Batches.transaction("other", SourcePosition.ORIGIN, 1, 100, 2));

        assertThat(reason(f.apply(new Command.Append(1, damaged)))).isEqualTo(Rejection.MALFORMED);
        assertThat(reason(f.apply(new Command.Append(1, foreign)))).isEqualTo(Rejection.MALFORMED);
        assertThat(reason(f.apply(new Command.Append(9, foreign)))).isEqualTo(Rejection.UNKNOWN_SOURCE);
        assertThat(f.end()).isZero();
    }

    @Test
    void shouldT2ChainEveryBatch() {
        MachineFixture twin = new MachineFixture();
        f.append(100, 3);
        twin.append(100, 3);
        assertThat(chain(twin)).isEqualTo(chain(f)).isNotZero();

        f.append(101, 1);
        twin.append(102, 1);
        assertThat(chain(twin)).isNotEqualTo(chain(f));
        assertThat(twin.machine.stateDigest()).isNotEqualTo(f.machine.stateDigest());
    }

    private static long chain(MachineFixture fixture) {
        try (MachineView view = fixture.machine.openView()) {
            return view.stream("main").orElseThrow().chain();
        }
    }
}
