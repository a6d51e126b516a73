package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig.Mode;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StartPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of a group: what moves the plan version (trap A6a), what does not, and what is refused. */
class UpdateTrapsTest {

    private final MachineFixture f = new MachineFixture();

    @BeforeEach
    void create() {
        f.append(100, 10);
        f.create("g", Ordering.NONE);
    }

    private static Rejection reason(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Rejected.class);
        return ((Reply.Rejected) reply).reason();
    }

    private Reply change(GroupChange.Builder change) {
        return f.apply(f.update("g", change.build()));
    }

    private SortedMap<String, String> tags() {
        try (MachineView view = f.machine.openView()) {
            return view.tags(f.group("g"));
        }
    }

    private static GroupChange.Builder filter(String table) {
        return new GroupChange.Builder().filter(new GroupChange.Filter(List.of(table), List.of(), ""));
    }

    @Test
    void shouldRefuseAPlanThatWasMadeBeforeTheFilterChanged() {
        Command.Grant plan = f.grantOf("g", 3, 1000);

        change(filter("public.orders"));

        assertThat(reason(f.apply(plan))).isEqualTo(Rejection.STALE_PLAN);
        assertThat(f.group("g").scan()).isZero();
    }

    @Test
    void shouldRefuseAPlanThatWasMadeBeforeAPauseAndOneOfTheTimeBefore() {
        Command.Grant before = f.grantOf("g", 3, 1000);
        change(new GroupChange.Builder().paused(true));
        Command.Grant during = f.grantOf("g", 3, 1000);
        change(new GroupChange.Builder().paused(false));

        assertThat(reason(f.apply(before))).isEqualTo(Rejection.STALE_PLAN);
        assertThat(reason(f.apply(during))).isEqualTo(Rejection.STALE_PLAN);
        assertThat(f.grant("g", 3, 1000)).hasSize(3);
    }

    @Test
    void shouldKeepWhatWasJudgedAndLeasedBefore() {
        List<LeaseRef> leases = f.grant("g", 3, 1000);
        GroupState before = f.group("g");

        change(filter("public.other"));

        GroupState after = f.group("g");
        assertThat(after.generation()).isEqualTo(before.generation());
        assertThat(after.scan()).isEqualTo(3);
        assertThat(after.leased()).isEqualTo(3);
        assertThat(f.ack("g", leases)).containsOnly(Reply.ItemResult.OK);
    }

    @Test
    void shouldNotReplanForWhatNoPlanRestsOn() {
        Command.Grant plan = f.grantOf("g", 1, 1000);
        long before = f.group("g").planVersion();

        change(new GroupChange.Builder()
                .visibilityMillis(5)
                .maxDeliveries(3)
                .receiveWaitMillis(7)
                .tags(Map.of("a", "b")));
        // Nor for a change to what it is already.
        change(new GroupChange.Builder().paused(false).mode(Mode.CHANGES));

        assertThat(f.group("g").planVersion()).isEqualTo(before);
        assertThat(f.group("g").config().visibilityMillis()).isEqualTo(5);
        assertThat(f.apply(plan)).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void shouldNotUndoAnotherChangeOfAnotherThing() {
        Command first =
                f.update("g", new GroupChange.Builder().visibilityMillis(5).build());
        Command second =
                f.update("g", new GroupChange.Builder().maxDeliveries(9).build());

        f.apply(first);
        f.apply(second);

        assertThat(f.group("g").config().visibilityMillis()).isEqualTo(5);
        assertThat(f.group("g").config().maxDeliveries()).isEqualTo(9);
    }

    @Test
    void shouldMoveThePlanVersionOnceInAnEntry() {
        List<Reply> replies = f.applyAll(
                f.term,
                List.of(
                        f.update("g", new GroupChange.Builder().paused(true).build()),
                        f.update("g", filter("a.b").build())));

        assertThat(replies.get(0)).isInstanceOf(Reply.Done.class);
        assertThat(reason(replies.get(1))).isEqualTo(Rejection.STALE_PLAN);
        // Made anew in the same entry it would have the same number.
        GroupState g = f.group("g");
        Command again = new Command.UpdateGroup(
                g.id(),
                g.generation(),
                g.planVersion() + 1,
                new GroupChange.Builder().paused(false).build());
        List<Reply> both =
                f.applyAll(f.term, List.of(f.update("g", filter("c.d").build()), again));
        assertThat(reason(both.get(1))).isEqualTo(Rejection.STALE_PLAN);
        assertThat(f.group("g").paused()).isTrue();
    }

    @Test
    void shouldRefuseWhatWasMadeForAnotherGenerationOrPlan() {
        GroupState g = f.group("g");
        GroupChange pause = new GroupChange.Builder().paused(true).build();

        assertThat(reason(f.apply(new Command.UpdateGroup(99, g.generation(), g.planVersion(), pause))))
                .isEqualTo(Rejection.UNKNOWN_GROUP);
        assertThat(reason(f.apply(new Command.UpdateGroup(g.id(), g.generation() - 1, g.planVersion(), pause))))
                .isEqualTo(Rejection.STALE_GENERATION);
        assertThat(reason(f.apply(new Command.UpdateGroup(g.id(), g.generation(), g.planVersion() - 1, pause))))
                .isEqualTo(Rejection.STALE_PLAN);
        assertThat(f.group("g")).isEqualTo(g);
    }

    @Test
    void shouldKeepUpToFiftyTagsUntilTheGroupGoes() {
        Map<String, String> fifty = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            fifty.put("t" + i, "v");
        }
        change(new GroupChange.Builder().tags(fifty));
        assertThat(reason(change(new GroupChange.Builder().tags(Map.of("more", "")))))
                .isEqualTo(Rejection.MALFORMED);
        change(new GroupChange.Builder().tags(Map.of("more", "1", "t1", "new")).removedTags(List.of("t0", "no")));
        assertThat(tags())
                .hasSize(50)
                .containsEntry("more", "1")
                .containsEntry("t1", "new")
                .doesNotContainKey("t0");
        assertThat(reason(change(new GroupChange.Builder().tags(Map.of("t1", "v".repeat(257))))))
                .isEqualTo(Rejection.MALFORMED);

        GroupState g = f.group("g");
        f.apply(new Command.DeleteGroup(g.id(), g.generation()));
        f.create("g", Ordering.NONE);

        assertThat(tags()).isEmpty();
    }

    @Test
    void shouldCompareWhatTheGroupIsNowWhenItIsCreatedAgain() {
        change(new GroupChange.Builder()
                .visibilityMillis(5)
                .tags(Map.of("a", "b"))
                .paused(true));
        GroupState g = f.group("g");

        assertThat(f.apply(new Command.CreateGroup("g", 1, new StartPosition.Earliest(), g.config())))
                .isEqualTo(new Reply.GroupCreated(g.id(), g.generation(), 0, true));
    }
}
