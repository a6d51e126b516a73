package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.DelayPlan;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that are reached before their time wait for it as unsettled ones. */
class DelayedMessagesTest {

    private final MachineFixture f = new MachineFixture();

    @BeforeEach
    void events() {
        f.create("jobs", Ordering.NONE);
        f.append(100, 10);
    }

    private Reply grant(long newScan, long[] fresh, long[] delayed, long... due) {
        GroupState g = f.group("jobs");
        return f.apply(new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                g.scan(),
                newScan,
                fresh,
                new long[0],
                KeyPlan.NONE,
                1_000,
                new DelayPlan(delayed, due)));
    }

    private static long[] at(long... offsets) {
        return offsets;
    }

    private UnsettledMessage message(long offset) {
        try (MachineView view = f.machine.openView()) {
            return view.unsettled(f.group("jobs"), offset).orElseThrow();
        }
    }

    @Test
    void shouldWaitUntilItsTimeAndBeDeliveredForTheFirstTimeThen() {
        assertThat(grant(4, at(1), at(0, 3), 5_000, 2_000)).isInstanceOf(Reply.Granted.class);

        assertThat(f.group("jobs").delayed()).isEqualTo(2);
        assertThat(message(0).state()).isEqualTo(State.DELAYED);
        assertThat(message(0).deliveries()).isZero();
        assertThat(message(0).firstDeliveredWallMillis()).isZero();
        f.restart();
        f.stampMillis = 2_000;
        f.expire();
        assertThat(message(3).state()).isEqualTo(State.READY);
        assertThat(message(0).state()).isEqualTo(State.DELAYED);
        f.wallMillis = 77_000;
        f.retry("jobs", 1_000, 3);
        assertThat(message(3).deliveries()).isEqualTo(1);
        assertThat(message(3).firstDeliveredWallMillis()).isEqualTo(77_000);
        f.wallMillis = 88_000;
        f.stampMillis = 6_000;
        f.expire();
        f.retry("jobs", 1_000, 0, 3);
        assertThat(message(3).deliveries()).isEqualTo(2);
        assertThat(message(3).firstDeliveredWallMillis()).isEqualTo(77_000);
        assertThat(message(0).firstDeliveredWallMillis()).isEqualTo(88_000);
    }

    @Test
    void shouldBeReadyAtOnceIfItsTimeHasCome() {
        grant(2, at(), at(0, 1), 1_000, 999);

        assertThat(f.group("jobs").ready()).isEqualTo(2);
        assertThat(f.lastApplied.freedGroups()).contains(f.group("jobs").id());
    }

    @Test
    void shouldHoldTheFloorAndBeSweptWithItsGeneration() {
        grant(2, at(1), at(0), 5_000);
        f.ack("jobs", List.of(message(1).lease()));
        try (MachineView view = f.machine.openView()) {
            assertThat(view.floor(f.group("jobs"))).isZero();
        }
        GroupState g = f.group("jobs");
        f.apply(new Command.DeleteGroup(g.id(), g.generation()));
        assertThat(f.apply(new Command.Sweep(10))).isEqualTo(new Reply.Swept(1, false));
    }

    /** Its lease is nobody's: no receipt names it. */
    @Test
    void shouldNotTakeANackOfWhatWasNeverDelivered() {
        grant(1, at(), at(0), 5_000);
        assertThat(message(0).lease().leaseIndex()).isEqualTo(f.index);
        assertThat(f.group("jobs").leased()).isZero();
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        long end = f.end();
        assertThat(grant(4, at(1), at(1), 5_000)).isInstanceOf(Reply.Rejected.class);
        assertThat(grant(4, at(1), at(4), 5_000)).isInstanceOf(Reply.Rejected.class);
        assertThat(grant(4, at(), at(2, 1), 5_000, 5_000)).isInstanceOf(Reply.Rejected.class);
        assertThat(grant(4, at(), at(-1), 5_000)).isInstanceOf(Reply.Rejected.class);
        assertThat(f.group("jobs").scan()).isZero();
        assertThat(grant(end, at(), at(0), Long.MAX_VALUE)).isInstanceOf(Reply.Granted.class);
        assertThat(message(0).dueMillis()).isEqualTo(f.stampMillis + GrantHandler.MAX_DELAY_MILLIS);
    }

    @Test
    void shouldRefuseDelaysOfOrderedGroups() {
        f.create("line", Ordering.KEY);
        GroupState g = f.group("line");
        Command.Grant grant = new Command.Grant(
                g.id(),
                g.generation(),
                g.planVersion(),
                0,
                1,
                new long[0],
                new long[0],
                KeyPlan.NONE,
                1_000,
                new DelayPlan(at(0), at(5_000)));

        assertThat(f.apply(grant)).isInstanceOf(Reply.Rejected.class);
    }
}
