package dev.penstock.storage.machine;

import static dev.penstock.storage.machine.Reply.ItemResult.LEASE_LOST;
import static dev.penstock.storage.machine.Reply.ItemResult.OK;
import static dev.penstock.storage.machine.Reply.ItemResult.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The traps of the groups' side, each named after its entry in the list of traps of the design. */
class LeaseTrapsTest {

    private static final long RED = 111;
    private static final long BLUE = 222;

    private final MachineFixture f = new MachineFixture();

    private static Rejection reason(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Rejected.class);
        return ((Reply.Rejected) reply).reason();
    }

    private void withEvents(int events, Ordering ordering) {
        f.append(100, events);
        f.create("g", ordering);
    }

    // ---- A6: the planner may be wrong or stale ----

    @Test
    void shouldA6aRefuseAPlanMadeUnderAnotherPlanVersion() {
        withEvents(10, Ordering.NONE);
        Command.Grant plan = f.grantOf("g", 3, 1000);
        Command.Grant old = new Command.Grant(
                plan.groupId(),
                plan.generation(),
                plan.planVersion() - 1,
                plan.previousScan(),
                plan.newScan(),
                plan.fresh(),
                plan.retries(),
                plan.keys(),
                plan.visibilityMillis());

        assertThat(reason(f.apply(old))).isEqualTo(Rejection.STALE_PLAN);
        // What it skipped is not settled: the scan position stands.
        assertThat(f.group("g").scan()).isZero();
        assertThat(f.apply(plan)).isInstanceOf(Reply.Granted.class);
    }

    /** The planner took an acknowledgement for done that was then refused. */
    @Test
    void shouldA6bKeepOrderWhenAnAckIsRefused() {
        withEvents(10, Ordering.KEY);
        List<LeaseRef> first = f.grant("g", 1, 1000, RED, 0);
        f.stampMillis += 1000;
        GroupState g = f.group("g");
        List<Reply> replies = f.applyAll(
                f.term, List.of(new Command.Ack(g.id(), g.generation(), first), f.grantOf("g", 1, 1000, RED, 0)));

        assertThat(((Reply.Settled) replies.get(0)).results()).containsExactly(LEASE_LOST);
        assertThat(reason(replies.get(1))).isEqualTo(Rejection.NOT_AVAILABLE);
        assertThat(f.group("g").scan()).isEqualTo(1);
    }

    @Test
    void shouldA6cRefusePlansOfAnEarlierTerm() {
        withEvents(10, Ordering.NONE);
        f.grant("g", 2, 10);
        f.stampMillis += 10;
        f.term = 3;

        List<Reply> replies = f.applyAll(
                2, List.of(f.grantOf("g", 1, 1000), new Command.Expire(10), new Command.Sweep(10), new Command.Mark()));

        assertThat(replies.subList(0, 3))
                .allSatisfy(reply -> assertThat(reason(reply)).isEqualTo(Rejection.STALE_TERM));
        assertThat(replies.get(3)).isInstanceOf(Reply.Marked.class);
        assertThat(f.group("g").leased()).isEqualTo(2);
    }

    @Test
    void shouldRefuseAStaleScanAndWhatIsNotReady() {
        withEvents(10, Ordering.NONE);
        Command.Grant plan = f.grantOf("g", 2, 1000);
        f.apply(plan);

        assertThat(reason(f.apply(plan))).isEqualTo(Rejection.STALE_SCAN);
        assertThat(reason(f.apply(f.retryOf("g", 1000, 1)))).isEqualTo(Rejection.NOT_AVAILABLE);
    }

    // ---- A9, A10: order by key ----

    @Test
    void shouldA9HoldAKeyChangeBehindBothKeys() {
        withEvents(10, Ordering.KEY);
        List<LeaseRef> red = f.grant("g", 1, 1000, RED, 0);

        assertThat(reason(f.apply(f.grantOf("g", 1, 1000, BLUE, RED)))).isEqualTo(Rejection.NOT_AVAILABLE);
        f.ack("g", red);
        List<LeaseRef> change = f.grant("g", 1, 1000, BLUE, RED);
        assertThat(reason(f.apply(f.grantOf("g", 1, 1000, BLUE, 0)))).isEqualTo(Rejection.NOT_AVAILABLE);
        assertThat(reason(f.apply(f.grantOf("g", 1, 1000, RED, 0)))).isEqualTo(Rejection.NOT_AVAILABLE);
        f.ack("g", change);
        assertThat(f.lastApplied.freedGroups()).containsExactly(f.group("g").id());
        f.grant("g", 2, 1000, BLUE, 0, RED, 0);
    }

    @Test
    void shouldA10HandOutSeveralOfAKeyInOneAnswerOnly() {
        withEvents(10, Ordering.KEY);
        List<LeaseRef> three = f.grant("g", 3, 1000, RED, 0, RED, 0, BLUE, 0);
        // The first comes back; the second is out still, and settles by its own lease.
        f.nack("g", three.subList(0, 1), 0);

        assertThat(reason(f.apply(f.grantOf("g", 1, 1000, RED, 0)))).isEqualTo(Rejection.NOT_AVAILABLE);
        assertThat(f.ack("g", three.subList(1, 2))).containsExactly(OK);
        f.retry("g", 1000, 0);
        f.grant("g", 1, 1000, 333, 0);
    }

    @Test
    void shouldKnowHeldKeysAfterARestart() {
        withEvents(10, Ordering.KEY);
        f.grant("g", 1, 1000, RED, 0);
        f.restart();

        assertThat(reason(f.apply(f.grantOf("g", 1, 1000, RED, 0)))).isEqualTo(Rejection.NOT_AVAILABLE);
    }

    // ---- A13: what counts as a delivery ----

    @Test
    void shouldA13NotCountAnAnswerThatWasNotSent() {
        withEvents(10, Ordering.NONE);
        List<LeaseRef> lease = f.grant("g", 1, 1000);

        assertThat(f.release("g", lease)).containsExactly(OK);
        assertThat(f.message("g", 0).deliveries()).isZero();
        assertThat(f.message("g", 0).state()).isEqualTo(State.READY);
        List<LeaseRef> again = f.retry("g", 1000, 0);
        assertThat(f.message("g", 0).deliveries()).isEqualTo(1);
        f.nack("g", again, 0);
        f.retry("g", 1000, 0);
        assertThat(f.message("g", 0).deliveries()).isEqualTo(2);
    }

    @Test
    void shouldA13UncountADeliveryOnce() {
        withEvents(10, Ordering.NONE);
        List<LeaseRef> lease = f.grant("g", 1, 1000);
        f.release("g", lease);

        assertThat(f.release("g", lease)).containsExactly(LEASE_LOST);
        assertThat(f.extend("g", lease, 1000, false)).containsExactly(LEASE_LOST);
        assertThat(f.message("g", 0).deliveries()).isZero();
    }

    // ---- A14: the clock ----

    @Test
    void shouldA14NeitherRunAwayNorBackwards() {
        withEvents(10, Ordering.NONE);
        f.stampMillis = 10_000;
        f.grant("g", 1, 500);
        assertThat(f.message("g", 0).dueMillis()).isEqualTo(10_500);

        // A new leader stamps from the clock it found; an older stamp, or the same again, adds nothing.
        for (int i = 0; i < 20; i++) {
            f.stampMillis = 10_000 - 10L * i;
            assertThat(f.expire()).isEqualTo(new Reply.Expired(0, false));
        }
        assertThat(f.machine.clockMillis()).isEqualTo(10_000);
        f.restart();
        assertThat(f.machine.clockMillis()).isEqualTo(10_000);
        f.stampMillis = 10_499;
        assertThat(f.expire()).isEqualTo(new Reply.Expired(0, false));
        f.stampMillis = 10_500;
        assertThat(f.expire()).isEqualTo(new Reply.Expired(1, false));
        assertThat(f.lastApplied.freedGroups()).containsExactly(f.group("g").id());
    }

    // ---- B3: bounded work ----

    @Test
    void shouldB3SeekOverManyLeasesAtOnceAndSweepInSteps() {
        withEvents(2000, Ordering.KEY);
        long[] hashes =
                LongStream.range(0, 4000).map(i -> i % 2 == 0 ? i + 1 : 0).toArray();
        f.grant("g", 2000, 1000, hashes);
        GroupState g = f.group("g");

        int rows = rowsOf(new Command.SeekGroup(g.id(), g.generation(), new StartPosition.Earliest()));

        assertThat(rows).isLessThan(6);
        assertThat(f.group("g").leased()).isZero();
        assertThat(f.apply(new Command.Sweep(1500))).isEqualTo(new Reply.Swept(1500, true));
        f.grant("g", 5, 1000, Arrays.copyOf(hashes, 10));
        assertThat(f.apply(new Command.Sweep(1500))).isEqualTo(new Reply.Swept(500, false));
        assertThat(f.group("g").leased()).isEqualTo(5);
    }

    /** How many rows an entry with this command writes. */
    private int rowsOf(Command command) {
        int[] written = new int[1];
        Machine counting = new Machine(
                new WriteObserver(
                        f.store,
                        (Changes changes) -> written[0] = changes.list().size()),
                Transaction.Checks.FULL);
        f.index++;
        counting.apply(
                f.term,
                f.index,
                CommandCodec.envelope(
                        f.term, f.stampMillis, f.wallMillis, List.of(CommandCodec.encodeCommand(command))));
        f.restart();
        return written[0];
    }

    // ---- B5: late acknowledgements ----

    @Test
    void shouldB5SettleByAnOlderLeaseInAnUnorderedGroup() {
        withEvents(10, Ordering.NONE);
        List<LeaseRef> old = f.grant("g", 1, 100);
        f.stampMillis += 100;
        f.expire();
        List<LeaseRef> newest = f.retry("g", 1000, 0);

        assertThat(f.nack("g", old, 0)).containsExactly(LEASE_LOST);
        assertThat(f.extend("g", old, 5000, false)).containsExactly(LEASE_LOST);
        assertThat(f.extend("g", old, 7000, true)).containsExactly(OK);
        assertThat(f.message("g", 0).dueMillis()).isEqualTo(f.stampMillis + 7000);
        assertThat(f.ack("g", old)).containsExactly(OK);
        assertThat(f.ack("g", newest)).containsExactly(OK);
        assertThat(f.nack("g", newest, 0)).containsExactly(SETTLED);
        assertThat(f.floor("g")).isEqualTo(1);
    }

    @Test
    void shouldB5VoidAnOrderedLeaseAtItsDeadlineByStamp() {
        withEvents(10, Ordering.KEY);
        List<LeaseRef> two = f.grant("g", 2, 100, RED, 0, BLUE, 0);
        f.stampMillis += 99;
        assertThat(f.ack("g", two.subList(0, 1))).containsExactly(OK);
        f.stampMillis += 1;

        // No Expire was applied yet: the row still says leased.
        assertThat(f.message("g", 1).state()).isEqualTo(State.LEASED);
        assertThat(f.ack("g", two.subList(1, 2))).containsExactly(LEASE_LOST);
        assertThat(f.extend("g", two.subList(1, 2), 1000, true)).containsExactly(LEASE_LOST);
        assertThat(f.nack("g", two.subList(1, 2), 0)).containsExactly(LEASE_LOST);
        // Of a settled message: ok, also late.
        assertThat(f.ack("g", two.subList(0, 1))).containsExactly(OK);
    }

    @Test
    void shouldRefuseLeasesOfMessagesNotYetDelivered() {
        withEvents(10, Ordering.NONE);
        f.grant("g", 2, 100);

        List<LeaseRef> nonsense =
                List.of(new LeaseRef(2, f.index, 0), new LeaseRef(-1, f.index, 0), new LeaseRef(1, f.index + 9, 0));
        assertThat(f.ack("g", nonsense)).containsOnly(LEASE_LOST);
        assertThat(f.group("g").leased()).isEqualTo(2);
    }

    // ---- B6: one word, one meaning ----

    @Test
    void shouldB6FenceReceiptsOfADeletedAndRecreatedGroup() {
        withEvents(10, Ordering.NONE);
        GroupState before = f.group("g");
        List<LeaseRef> old = f.grant("g", 2, 1000);
        f.apply(new Command.DeleteGroup(before.id(), before.generation()));
        GroupState after = f.create("g", Ordering.NONE);
        f.grant("g", 2, 1000);

        assertThat(after.generation()).isGreaterThan(before.generation());
        assertThat(after.id()).isNotEqualTo(before.id());
        assertThat(reason(f.apply(new Command.Ack(before.id(), before.generation(), old))))
                .isEqualTo(Rejection.UNKNOWN_GROUP);
        Reply stale = f.apply(new Command.Ack(after.id(), before.generation(), old));
        assertThat(((Reply.Settled) stale).results()).containsOnly(LEASE_LOST);
        assertThat(f.group("g").leased()).isEqualTo(2);
    }

    @Test
    void shouldB6FenceReceiptsAtASeek() {
        withEvents(10, Ordering.NONE);
        GroupState before = f.group("g");
        List<LeaseRef> old = f.grant("g", 2, 1000);
        Reply sought = f.apply(new Command.SeekGroup(before.id(), before.generation(), new StartPosition.AtOffset(1)));

        assertThat(sought).isEqualTo(new Reply.Sought(f.index, 2, 1));
        Reply stale = f.apply(new Command.Ack(before.id(), before.generation(), old));
        assertThat(((Reply.Settled) stale).results()).containsOnly(LEASE_LOST);
        assertThat(f.group("g").generation()).isGreaterThan(before.generation());
        assertThat(f.floor("g")).isEqualTo(1);
        // Due rows of the ended generation vanish without freeing anything.
        f.stampMillis += 1000;
        assertThat(f.expire()).isEqualTo(new Reply.Expired(0, false));
        assertThat(f.lastApplied.freedGroups()).isEmpty();
    }

    @Test
    void shouldB6GiveEachLeaseItsOwnNumberInAnEntry() {
        withEvents(10, Ordering.NONE);
        f.create("h", Ordering.NONE);

        List<Reply> replies = f.applyAll(f.term, List.of(f.grantOf("g", 3, 1000), f.grantOf("h", 2, 1000)));

        List<LeaseRef> leases = new ArrayList<>(MachineFixture.leases(replies.get(0)));
        leases.addAll(MachineFixture.leases(replies.get(1)));
        assertThat(leases.stream().map(LeaseRef::leaseOrdinal)).containsExactly(0, 1, 2, 3, 4);
        assertThat(leases.stream().map(LeaseRef::leaseIndex)).containsOnly(f.index);
    }
}
