package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.ServerFacts;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.TimelineSwitch;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GapCheckTest {

    private static SourceState state(long last, boolean lastInTransaction, long bound) {
        return new SourceState(
                "main",
                1,
                "shop",
                "s",
                "p",
                SourceState.Phase.READY,
                1,
                new SourcePosition(1, new Lsn(last), 500),
                lastInTransaction,
                new Lsn(bound),
                "77:9",
                1,
                new Lsn(10),
                "");
    }

    private static GapCheck check(SourceState state, int timeline, long walEnd) {
        return new GapCheck(state, new ServerFacts("shop", "77", timeline, new Lsn(walEnd)));
    }

    private static TimelineSwitch end(int timeline, long lsn) {
        return new TimelineSwitch(timeline, new Lsn(lsn));
    }

    private interface Check {
        void run() throws SourceFault;
    }

    private static void gap(String code, Check check) {
        assertThatThrownBy(check::run)
                .isInstanceOfSatisfying(
                        SourceFault.Gap.class, gap -> assertThat(gap.code()).isEqualTo(code));
    }

    private static void clean(Check check) {
        assertThatCode(check::run).doesNotThrowAnyException();
    }

    @Test
    void shouldKnowTheServerAgain() {
        clean(() -> check(state(100, true, 200), 1, 200).server());
        gap(
                "system_changed",
                () -> new GapCheck(state(1, true, 2), new ServerFacts("shop", "78", 1, new Lsn(9))).server());
        gap("wal_regressed", () -> check(state(100, true, 200), 1, 199).server());
    }

    @Test
    void shouldKnowThePublicationAgain() {
        clean(() -> check(state(1, true, 2), 1, 9).publication("p", OptionalLong.of(9)));
        gap("publication_missing", () -> check(state(1, true, 2), 1, 9).publication("p", OptionalLong.empty()));
        gap("publication_recreated", () -> check(state(1, true, 2), 1, 9).publication("p", OptionalLong.of(10)));
    }

    @Test
    void shouldKnowTheSlotAgain() {
        GapCheck check = check(state(100, true, 200), 1, 300);
        clean(() -> check.slot("s", Optional.of(new SlotFacts("pgoutput", "shop", false, new Lsn(200), "", 0))));
        gap("slot_missing", () -> check.slot("s", Optional.empty()));
        gap(
                "slot_advanced",
                () -> check.slot("s", Optional.of(new SlotFacts("pgoutput", "shop", false, new Lsn(201), "", 0))));
        gap(
                "slot_invalidated",
                () -> check.slot(
                        "s", Optional.of(new SlotFacts("pgoutput", "shop", false, new Lsn(1), "wal_removed", 0))));
        gap(
                "slot_replaced",
                () -> check.slot("s", Optional.of(new SlotFacts("test_decoding", "shop", false, new Lsn(1), "", 0))));
        gap(
                "slot_replaced",
                () -> check.slot("s", Optional.of(new SlotFacts("pgoutput", "other", false, new Lsn(1), "", 0))));
    }

    /** Half of a transaction stored, and a standby promoted that never saw its commit: "end of the last whole one" is no measure. */
    @Test
    void shouldSeeThatHalfAStoredTransactionNeverHappened() {
        SourceState half = state(1_000, false, 900);
        gap("timeline_diverged", () -> check(half, 2, 5_000).timeline(List.of(end(1, 950)), new Lsn(900)));
        gap("timeline_diverged", () -> check(half, 2, 5_000).timeline(List.of(end(1, 1_000)), new Lsn(900)));
        clean(() -> check(half, 2, 5_000).timeline(List.of(end(1, 1_048)), new Lsn(900)));
    }

    @Test
    void shouldGoOnOnATimelineThatHasAllOfOurs() {
        // given: an idle bound beyond the switch says nothing of events
        clean(() -> check(state(1_000, true, 2_000), 2, 5_000).timeline(List.of(end(1, 1_500)), new Lsn(1_100)));
        // and: once read and confirmed beyond the switch, later events there are no divergence
        clean(() -> check(state(3_000, true, 3_100), 2, 5_000).timeline(List.of(end(1, 1_500)), new Lsn(3_000)));
        // but: a second promotion without them is one
        gap(
                "timeline_diverged",
                () -> check(state(3_000, true, 3_100), 3, 5_000)
                        .timeline(List.of(end(1, 1_500), end(2, 2_500)), new Lsn(2_400)));
        gap(
                "timeline_diverged",
                () -> check(state(1, true, 2), 4, 5_000).timeline(List.of(end(2, 9), end(3, 20)), new Lsn(1)));
    }

    /** Once the log knows the timeline, what is stored of it says nothing of how it began, confirmed or not. */
    @Test
    void shouldJudgeOnlyPromotionsAfterTheTimelineThatTheLogKnows() {
        SourceState known = onTimeline(2, state(3_000, true, 3_100));
        List<TimelineSwitch> history = List.of(end(1, 1_500), end(2, 3_500), end(3, 9_000));
        clean(() -> check(known, 2, 5_000).timeline(history.subList(0, 1), new Lsn(900)));
        clean(() -> check(known, 3, 5_000).timeline(history.subList(0, 2), new Lsn(900)));
        clean(() -> check(known, 4, 9_500).timeline(history, new Lsn(900)));
        gap(
                "timeline_diverged",
                () -> check(known, 3, 5_000).timeline(List.of(end(1, 1_500), end(2, 2_500)), new Lsn(900)));
    }

    private static SourceState onTimeline(int timeline, SourceState was) {
        return new SourceState(
                was.name(),
                was.streamId(),
                was.database(),
                was.slot(),
                was.publication(),
                was.phase(),
                was.epoch(),
                was.last(),
                was.lastInTransaction(),
                was.bound(),
                was.systemId(),
                timeline,
                was.consistentPoint(),
                "");
    }

    @Test
    void shouldSayInTheGapWhetherItCutsATransaction() throws Exception {
        // given
        SourceFault.Gap gap = null;
        try {
            check(state(1_000, false, 900), 1, 5_000).slot("s", Optional.empty());
        } catch (SourceFault.Gap e) {
            gap = e;
        }
        assertThat(gap).isNotNull();

        // when
        EventBatch batch = GapEvent.batch(state(1_000, false, 900), gap, 5, new JsonBytes(4_096));

        // then
        ChangeEvent event = batch.event(0);
        assertThat(event.position()).isEqualTo(new SourcePosition(1, new Lsn(1_000), 501));
        assertThat(new String(event.record(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"from_lsn\":\"0/384\",\"to_lsn\":\"0/1388\",\"reason\":\"slot_missing: replication slot 's'"
                                + " was dropped. The last transaction stored, committed at 0/3E8, is incomplete\"}");
        assertThat(GapEvent.batch(state(1_000, true, 1_100), gap, 5, new JsonBytes(4_096))
                        .event(0)
                        .position())
                .isEqualTo(new SourcePosition(1, new Lsn(1_100), 0));
    }

    /** The rest of the transaction came in between, from a batch on its way while the gap was noticed. */
    @Test
    void shouldSayOfTheLogAsItIsWhenTheGapIsRecordedWhetherItCutsATransaction() {
        SourceFault.Gap gap = new SourceFault.Gap("slot_missing", "it was dropped", new Lsn(900), new Lsn(5_000));
        assertThat(GapEvent.reason(state(1_000, true, 1_100), gap)).isEqualTo("slot_missing: it was dropped");
        assertThat(GapEvent.reason(state(1_000, false, 900), gap)).endsWith("committed at 0/3E8, is incomplete");
    }

    /** From 18 on a dropped publication makes the stream silent, and idle bounds pass what it left out. */
    @Test
    void shouldBeginAPublicationsGapAtTheLastStoredEvent() {
        GapCheck check = check(state(100, true, 200), 1, 300);
        for (OptionalLong oid : List.of(OptionalLong.empty(), OptionalLong.of(10))) {
            assertThatThrownBy(() -> check.publication("p", oid)).isInstanceOfSatisfying(SourceFault.Gap.class, gap -> {
                assertThat(gap.from()).isEqualTo(new Lsn(100));
                assertThat(gap.to()).isEqualTo(new Lsn(300));
            });
        }
        assertThatThrownBy(() -> check(state(0, true, 200), 1, 300).publication("p", OptionalLong.empty()))
                .as("nothing stored yet: where the slot began")
                .isInstanceOfSatisfying(
                        SourceFault.Gap.class, gap -> assertThat(gap.from()).isEqualTo(new Lsn(10)));
    }
}
