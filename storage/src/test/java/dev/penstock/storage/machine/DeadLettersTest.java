package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.Batches;
import dev.penstock.storage.machine.Reply.ItemResult;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the last failed delivery to the dead letter and back; invariants are checked after every command. */
class DeadLettersTest {

    private static final long KEY = 7;
    private static final long OTHER_KEY = 8;

    private final MachineFixture f = new MachineFixture();

    @BeforeEach
    void tenEvents() {
        f.append(100, 10);
    }

    private List<LeaseRef> leased(String name, Ordering ordering, int maxDeliveries, int count, long... hashes) {
        f.create(name, ordering);
        f.maxDeliveries(name, maxDeliveries);
        return f.grant(name, count, 1000, hashes);
    }

    private State stateOf(String name, long offset) {
        return f.message(name, offset).state();
    }

    // ---- dying ----

    @Test
    void shouldBeDyingAfterTheLastOfItsDeliveriesFailed() {
        List<LeaseRef> first = leased("g", Ordering.NONE, 2, 1);
        f.nack("g", first, 0);
        assertThat(stateOf("g", 0)).isEqualTo(State.READY);
        List<LeaseRef> second = f.retry("g", 1000, 0);

        f.nack("g", second, 5000);

        assertThat(stateOf("g", 0)).isEqualTo(State.DYING);
        assertThat(f.group("g").dying()).isEqualTo(1);
        assertThat(f.apply(f.retryOf("g", 1000, 0)))
                .isInstanceOfSatisfying(
                        Reply.Rejected.class, no -> assertThat(no.reason()).isEqualTo(Rejection.NOT_AVAILABLE));
    }

    @Test
    void shouldBeDyingWhenItsLastLeaseEndsOrIsGivenUpOrHadNoLength() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 2);
        f.extend("g", leases.subList(1, 2), 0, false);
        f.grant("g", 1, 0);
        assertThat(stateOf("g", 0)).isEqualTo(State.LEASED);
        assertThat(stateOf("g", 1)).isEqualTo(State.DYING);
        assertThat(stateOf("g", 2)).isEqualTo(State.DYING);

        f.stampMillis += 2000;
        f.expire();

        assertThat(stateOf("g", 0)).isEqualTo(State.DYING);
    }

    @Test
    void shouldNotCountADeliveryThatWasReleased() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);

        f.release("g", leases);

        assertThat(stateOf("g", 0)).isEqualTo(State.READY);
    }

    @Test
    void shouldLetTheNextFailureDecideAfterTheLimitWasLowered() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 0, 3);
        f.nack("g", leases.subList(0, 2), 0);
        f.nack("g", f.retry("g", 1000, 0), 0);

        f.maxDeliveries("g", 1);

        assertThat(stateOf("g", 0)).isEqualTo(State.READY);
        f.nack("g", f.retry("g", 1000, 0), 0);
        f.nack("g", leases.subList(2, 3), 0);
        assertThat(stateOf("g", 0)).isEqualTo(State.DYING);
        assertThat(stateOf("g", 1)).isEqualTo(State.READY);
        assertThat(stateOf("g", 2)).isEqualTo(State.DYING);
    }

    @Test
    void shouldLetALateAckSettleADyingMessageOfAnUnorderedGroupOnly() {
        List<LeaseRef> unordered = leased("g", Ordering.NONE, 1, 1);
        List<LeaseRef> ordered = leased("k", Ordering.KEY, 1, 1, KEY, 0);
        f.nack("g", unordered, 0);
        f.nack("k", ordered, 0);

        assertThat(f.nack("g", unordered, 0)).containsExactly(ItemResult.OK);
        assertThat(f.extend("g", unordered, 0, true)).containsExactly(ItemResult.OK);
        assertThat(f.extend("g", unordered, 1000, true)).containsExactly(ItemResult.LEASE_LOST);
        assertThat(stateOf("g", 0)).isEqualTo(State.DYING);
        assertThat(f.ack("g", unordered)).containsExactly(ItemResult.OK);
        assertThat(f.ack("k", ordered)).containsExactly(ItemResult.LEASE_LOST);

        assertThat(f.group("g").dying()).isZero();
        assertThat(f.bury("g", 0)).isZero();
        assertThat(f.bury("k", 0)).isEqualTo(1);
    }

    // ---- dead ----

    @Test
    void shouldSettleAndKeepInOne() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 3);
        f.wallMillis = 6000;
        f.nack("g", leases, 0);
        f.wallMillis = 7000;

        assertThat(f.bury("g", 0, 2)).isEqualTo(2);

        assertThat(f.group("g").unsettledRows()).isEqualTo(1);
        assertThat(f.floor("g")).isEqualTo(1);
        assertThat(f.deadLetters("g"))
                .extracting(DeadLetter::letter, DeadLetter::offset, DeadLetter::deliveries, DeadLetter::reason)
                .containsExactly(tuple(0L, 0L, 1, "max_deliveries"), tuple(1L, 2L, 1, "max_deliveries"));
        assertThat(f.deadLetters("g").get(0).firstDeliveredWallMillis()).isEqualTo(5000);
        assertThat(f.deadLetters("g").get(0).diedWallMillis()).isEqualTo(7000);
        try (MachineView view = f.machine.openView()) {
            int payloads = f.deadLetters("g").get(0).streamId();
            assertThat(view.batchAt(payloads, 0)).isPresent();
            assertThat(view.stream(payloads).map(StreamState::isInternal)).contains(true);
            assertThat(view.streams()).extracting(StreamState::name).containsExactly("main");
        }
    }

    @Test
    void shouldStoreNothingTwice() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);
        f.nack("g", leases, 0);
        Command.DeadLetter command = f.deadLetterOf("g", 0, 0);

        assertThat(f.apply(command)).isEqualTo(new Reply.DeadLettersChanged(1));
        assertThat(f.apply(command)).isEqualTo(new Reply.DeadLettersChanged(0));

        assertThat(f.group("g").deadLetters()).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhatIsNotOneEventOfTheGroupsStream() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);
        f.nack("g", leases, 0);
        GroupState g = f.group("g");
        byte[] two = f.batch(SourcePosition.ORIGIN, 100, 2);
        byte[] foreign = BatchCodec.encode(Batches.transaction("audit", SourcePosition.ORIGIN, 1, 100, 1));
        byte[] damaged = f.batch(SourcePosition.ORIGIN, 100, 1);
        damaged[damaged.length - 1] ^= 1;

        for (byte[] batch : List.of(two, foreign, damaged, new byte[0])) {
            Command.Dead dead = new Command.Dead(0, "max_deliveries", batch);
            assertThat(f.apply(new Command.DeadLetter(g.id(), g.generation(), List.of(dead))))
                    .isInstanceOfSatisfying(
                            Reply.Rejected.class, no -> assertThat(no.reason()).isEqualTo(Rejection.MALFORMED));
        }
        assertThat(stateOf("g", 0)).isEqualTo(State.DYING);
    }

    @Test
    void shouldHoldItsKeyUntilItIsKept() {
        List<LeaseRef> leases = leased("k", Ordering.KEY, 1, 1, KEY, 0);
        f.nack("k", leases, 0);

        assertThat(f.apply(f.grantOf("k", 1, 1000, KEY, 0))).isInstanceOf(Reply.Rejected.class);
        f.bury("k", 0);

        assertThat(f.lastApplied.freedKeys().values()).anyMatch(keys -> keys.contains(KEY));
        assertThat(f.apply(f.grantOf("k", 1, 1000, KEY, 0))).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void shouldTellTheLowestOffsetThatATrimMustLeave() {
        List<LeaseRef> one = leased("one", Ordering.NONE, 1, 5);
        List<LeaseRef> other = leased("other", Ordering.NONE, 1, 3);
        f.nack("one", one.subList(4, 5), 0);
        f.nack("other", other.subList(2, 3), 0);
        f.restart();

        try (MachineView view = f.machine.openView()) {
            assertThat(view.lowestDying(1)).hasValue(2);
            assertThat(view.lowestDying(2)).isEmpty();
            assertThat(view.dying(10)).hasSize(2);
            assertThat(view.dyingAfter(view.dying(1).get(0), 10)).hasSize(1);
        }
        f.bury("other", 2);
        try (MachineView view = f.machine.openView()) {
            assertThat(view.lowestDying(1)).hasValue(4);
        }
    }

    // ---- back, and away ----

    @Test
    void shouldPutBackToBeDeliveredAsIfForTheFirstTime() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 3);
        f.nack("g", leases.subList(0, 1), 0);
        f.ack("g", leases.subList(1, 3));
        f.bury("g", 0);

        assertThat(f.redrive("g", 0, 77)).isEqualTo(1);
        assertThat(f.redrive("g", 0)).isZero();

        assertThat(f.group("g").deadLetters()).isZero();
        assertThat(f.group("g").ready()).isEqualTo(1);
        assertThat(f.floor("g")).isEqualTo(3);
        List<LeaseRef> again = f.retry("g", 1000, MachineFixture.aside(0));
        assertThat(f.message("g", MachineFixture.aside(0)).deliveries()).isEqualTo(1);
        assertThat(f.ack("g", again)).containsExactly(ItemResult.OK);
        assertThat(f.ack("g", again)).containsExactly(ItemResult.OK);
        assertThat(f.group("g").unsettledRows()).isZero();
        try (MachineView view = f.machine.openView()) {
            assertThat(view.allStreams().get(1).bytes()).isZero();
        }
    }

    @Test
    void shouldDieAgainWithoutItsPayloadBeingStoredAgain() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);
        f.nack("g", leases, 0);
        f.bury("g", 0);
        f.redrive("g", 0);

        f.nack("g", f.retry("g", 1000, MachineFixture.aside(0)), 0);

        assertThat(f.group("g").dying()).isZero();
        assertThat(f.deadLetters("g"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.deliveries()).isEqualTo(2));
        f.redrive("g", 0);
        f.retry("g", 0, MachineFixture.aside(0));
        assertThat(f.deadLetters("g"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.deliveries()).isEqualTo(3));
    }

    @Test
    void shouldHoldWhatIsOfItsKeyWhenItIsPutBack() {
        List<LeaseRef> leases = leased("k", Ordering.KEY, 1, 1, KEY, 0);
        f.nack("k", leases, 0);
        f.bury("k", 0);
        f.redrive("k", 0);

        assertThat(f.apply(f.grantOf("k", 1, 1000, KEY, 0))).isInstanceOf(Reply.Rejected.class);
        assertThat(f.apply(f.grantOf("k", 1, 1000, OTHER_KEY, 0))).isInstanceOf(Reply.Granted.class);
        List<LeaseRef> again = f.retry("k", 1000, MachineFixture.aside(0));
        assertThat(f.apply(f.grantOf("k", 1, 1000, KEY, 0))).isInstanceOf(Reply.Rejected.class);
        f.ack("k", again);
        assertThat(f.apply(f.grantOf("k", 1, 1000, KEY, 0))).isInstanceOf(Reply.Granted.class);
    }

    @Test
    void shouldDropForGood() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 2);
        f.nack("g", leases, 0);
        f.bury("g", 0, 1);

        assertThat(f.drop("g", 1, 5)).isEqualTo(1);
        assertThat(f.drop("g", 1)).isZero();

        assertThat(f.redrive("g", 1)).isZero();
        assertThat(f.deadLetters("g")).extracting(DeadLetter::letter).containsExactly(0L);
        f.nack("g", f.grant("g", 1, 1000), 0);
        f.bury("g", 2);
        assertThat(f.deadLetters("g")).extracting(DeadLetter::letter).containsExactly(0L, 2L);
    }

    @Test
    void shouldKeepDeadLettersOverASeekButNotWhatWasPutBack() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 3);
        f.nack("g", leases, 0);
        f.bury("g", 0, 1);
        f.redrive("g", 1);
        GroupState g = f.group("g");

        f.apply(new Command.SeekGroup(g.id(), g.generation(), new StartPosition.Earliest()));
        f.apply(new Command.Sweep(1));
        f.apply(new Command.Sweep(100));

        assertThat(f.deadLetters("g")).extracting(DeadLetter::letter).containsExactly(0L);
        assertThat(f.group("g").unsettledRows()).isZero();
        assertThat(f.redrive("g", 0)).isEqualTo(1);
        assertThat(f.retry("g", 1000, MachineFixture.aside(0))).hasSize(1);
    }

    @Test
    void shouldSweepTheDeadLettersOfADeletedGroupBoundedly() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 5);
        f.nack("g", leases, 0);
        f.bury("g", 0, 1, 2, 3);
        f.redrive("g", 3);
        GroupState g = f.group("g");
        f.apply(new Command.DeleteGroup(g.id(), g.generation()));

        assertThat(f.apply(new Command.Sweep(2))).isEqualTo(new Reply.Swept(2, true));
        assertThat(f.apply(new Command.Sweep(2))).isEqualTo(new Reply.Swept(2, true));
        assertThat(f.apply(new Command.Sweep(2))).isEqualTo(new Reply.Swept(1, false));

        try (MachineView view = f.machine.openView()) {
            assertThat(view.allStreams().get(1).bytes()).isZero();
        }
    }

    // ---- to another group ----

    private void inherits(String heir, String from, Ordering ordering) {
        f.create(heir, ordering);
        f.apply(f.update(from, new GroupChange.Builder().deadLetterGroup(heir).build()));
    }

    @Test
    void shouldBecomeAMessageOfTheGroupThatIsNamed() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 2);
        inherits("heir", "g", Ordering.NONE);
        f.nack("g", leases, 0);

        f.bury("g", 0, 1);

        assertThat(f.group("g").deadLetters()).isZero();
        assertThat(f.group("heir").ready()).isEqualTo(2);
        assertThat(f.group("heir").scan()).isZero();
        List<LeaseRef> again = f.retry("heir", 1000, MachineFixture.aside(0));
        f.ack("heir", again);
        try (MachineView view = f.machine.openView()) {
            assertThat(view.amongMessages(f.group("heir"), 0, 10))
                    .singleElement()
                    .satisfies(letter ->
                            assertThat(letter.origin()).isEqualTo(f.group("g").id()));
        }
    }

    @Test
    void shouldBeKeptWhereTheGroupThatIsNamedCannotTakeIt() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 4);
        f.apply(f.update("g", new GroupChange.Builder().deadLetterGroup("g").build()));
        f.nack("g", leases.subList(0, 1), 0);
        f.bury("g", 0);
        inherits("ordered", "g", Ordering.KEY);
        f.nack("g", leases.subList(1, 2), 0);
        f.bury("g", 1);
        inherits("gone", "g", Ordering.NONE);
        GroupState gone = f.group("gone");
        f.apply(new Command.DeleteGroup(gone.id(), gone.generation()));
        f.nack("g", leases.subList(2, 3), 0);
        f.bury("g", 2);

        assertThat(f.deadLetters("g")).extracting(DeadLetter::offset).containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldGoBackToTheGroupInWhichItDied() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 3);
        inherits("heir", "g", Ordering.NONE);
        f.create("third", Ordering.NONE);
        f.nack("g", leases, 0);
        f.bury("g", 0, 1, 2);
        f.retry("heir", 1000, MachineFixture.aside(1));

        // One is out: it stays.
        assertThat(f.move("heir", Command.Redrive.TO_ORIGIN, 0, 1)).isEqualTo(1);
        assertThat(f.move("heir", f.group("third").id(), 2)).isEqualTo(1);
        assertThat(f.move("heir", 99, 1)).isZero();
        assertThat(f.move("third", f.group("g").id(), 2)).isZero();

        assertThat(f.group("g").ready()).isEqualTo(1);
        assertThat(f.group("third").ready()).isEqualTo(1);
        assertThat(f.group("heir").leased()).isEqualTo(1);
        f.nack("g", f.retry("g", 1000, MachineFixture.aside(0)), 0);
        assertThat(f.group("heir").ready()).isEqualTo(1);
    }

    @Test
    void shouldDieInTheGroupThatIsNamedToo() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);
        inherits("heir", "g", Ordering.NONE);
        f.maxDeliveries("heir", 1);
        f.nack("g", leases, 0);
        f.bury("g", 0);

        f.nack("heir", f.retry("heir", 1000, MachineFixture.aside(0)), 0);

        assertThat(f.deadLetters("heir"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.deliveries()).isEqualTo(2));
    }

    @Test
    void shouldTakeNoGroupOnTheStreamOfDeadLetters() {
        List<LeaseRef> leases = leased("g", Ordering.NONE, 1, 1);
        f.nack("g", leases, 0);
        f.bury("g", 0);
        int internal = f.deadLetters("g").get(0).streamId();

        assertThat(f.apply(new Command.CreateGroup(
                        "h",
                        internal,
                        new StartPosition.Earliest(),
                        f.group("g").config())))
                .isInstanceOfSatisfying(
                        Reply.Rejected.class, no -> assertThat(no.reason()).isEqualTo(Rejection.UNKNOWN_STREAM));
    }
}
