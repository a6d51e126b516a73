package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.codec.UnknownFormatException;
import dev.penstock.storage.kv.Changes;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.StoreFailedException;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.MetaTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

    private final MachineFixture f = new MachineFixture();

    private static byte[] mark() {
        return CommandCodec.envelope(1, 1, 1, List.of(CommandCodec.encodeCommand(new Command.Mark())));
    }

    @Test
    void shouldBeginBeforeTheFirstEntry() {
        Machine machine = new Machine(new InMemoryStore());

        assertThat(machine.appliedIndex()).isEqualTo(-1);
        assertThat(machine.appliedTerm()).isZero();
        try (MachineView view = machine.openView()) {
            assertThat(view.groups()).isEmpty();
            assertThat(view.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
            assertThat(view.featureLevel()).isEqualTo(1);
        }
        machine.apply(1, 0, mark());
        assertThat(machine.appliedIndex()).isZero();
    }

    @Test
    void shouldRefuseAnEntryThatIsApplied() {
        f.append(100, 2);

        assertThatThrownBy(() -> f.machine.apply(f.term, f.index, mark()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("index " + f.index);
        assertThatThrownBy(() -> f.machine.skip(f.term, f.index)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> f.machine.apply(f.term - 1, f.index + 1, mark()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldMoveTheAppliedIndexOnEntriesOfRaftsOwn() {
        long digest = f.machine.stateDigest();
        f.machine.skip(4, 77);

        f.restart();

        assertThat(f.machine.appliedIndex()).isEqualTo(77);
        assertThat(f.machine.appliedTerm()).isEqualTo(4);
        assertThat(f.machine.stateDigest()).isEqualTo(digest);
    }

    @Test
    void shouldBeUnusableAfterAFailureHalfWay() {
        Machine machine = new Machine(
                new WriteObserver(new InMemoryStore(), changes -> {
                    throw new StoreFailedException("disk full");
                }),
                Transaction.Checks.FULL);

        assertThatThrownBy(() -> machine.apply(1, 1, mark())).isInstanceOf(StoreFailedException.class);
        assertThatThrownBy(() -> machine.apply(1, 1, mark()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("end this process");
    }

    @Test
    void shouldRefuseStateOfANewerVersion() {
        byte[] facts = MetaTable.encode(MetaTable.Facts.INITIAL);
        facts[0] = 2;
        f.store.write(new Changes().put(Space.STATE, MetaTable.factsKey(), facts));
        assertThatThrownBy(() -> new Machine(f.store)).isInstanceOf(UnknownFormatException.class);

        byte[] level = MetaTable.encode(new MetaTable.Facts(0, 2, 1, 1));
        f.store.write(new Changes().put(Space.STATE, MetaTable.factsKey(), level));
        assertThatThrownBy(() -> new Machine(f.store))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("feature level 2");
    }

    @Test
    void shouldStopAtAFeatureLevelItDoesNotKnow() {
        assertThat(f.apply(new Command.RaiseFeatureLevel(1))).isEqualTo(new Reply.Done());
        assertThatThrownBy(() -> f.apply(new Command.RaiseFeatureLevel(2))).isInstanceOf(UnknownFormatException.class);
    }

    @Test
    void shouldAnswerTheSameCreationTheSame() {
        f.append(100, 10);
        GroupState g = f.create("g", Ordering.NONE);

        Reply again = f.apply(new Command.CreateGroup("g", 1, new StartPosition.Earliest(), GroupConfig.defaults()));
        Reply other = f.apply(new Command.CreateGroup("g", 1, new StartPosition.Latest(), GroupConfig.defaults()));
        Reply tooFar = f.apply(new Command.CreateGroup("h", 1, new StartPosition.AtOffset(11), GroupConfig.defaults()));

        assertThat(again).isEqualTo(new Reply.GroupCreated(g.id(), g.generation(), 0, true));
        assertThat(Replies.text(other)).isEqualTo("Rejected GROUP_EXISTS");
        assertThat(Replies.text(tooFar)).isEqualTo("Rejected OFFSET_OUT_OF_RANGE");
    }

    @Test
    void shouldLimitWhatIsInFlight() {
        f.checkEachStep = false;
        f.append(100, 30_000);
        for (long lsn = 101; lsn < 105; lsn++) {
            f.append(lsn, 30_000);
        }
        f.create("g", Ordering.NONE);
        for (int i = 0; i < GrantHandler.IN_FLIGHT_LIMIT / GrantHandler.MAX_GRANT; i++) {
            f.grant("g", GrantHandler.MAX_GRANT, 1000);
        }

        Reply refused = f.apply(f.grantOf("g", 1, 1000));
        assertThat(((Reply.Rejected) refused).reason()).isEqualTo(Rejection.IN_FLIGHT_LIMIT);
        UnsettledMessage one = f.message("g", 5);
        f.ack("g", List.of(one.lease()));
        assertThat(f.lastApplied.freedGroups()).containsExactly(f.group("g").id());
        f.grant("g", 1, 1000);
        // A lease that ended takes a place again only while there is one.
        f.stampMillis += 1000;
        assertThat(f.expire()).isEqualTo(new Reply.Expired(1000, true));
    }

    @Test
    void shouldMakeAGrantWithoutVisibilityReadyAgainAtOnce() {
        f.append(100, 3);
        f.create("g", Ordering.NONE);

        f.grant("g", 2, 0);

        GroupState g = f.group("g");
        assertThat(g.leased()).isZero();
        assertThat(g.ready()).isEqualTo(2);
        assertThat(f.lastApplied.freedGroups()).contains(g.id());
        try (MachineView view = f.machine.openView()) {
            assertThat(view.ready(g, 0, 10))
                    .extracting(UnsettledMessage::offset)
                    .containsExactly(0L, 1L);
            assertThat(view.ready(g, 1, 10))
                    .extracting(UnsettledMessage::offset)
                    .containsExactly(1L);
            assertThat(view.ready(g, 0, 1)).hasSize(1);
        }
    }

    @Test
    void shouldDelayWhatIsGivenBack() {
        f.append(100, 3);
        f.create("g", Ordering.NONE);
        f.nack("g", f.grant("g", 1, 1000), 300);

        try (MachineView view = f.machine.openView()) {
            assertThat(view.nextDueMillis()).isEqualTo(f.stampMillis + 300);
            assertThat(view.group("g").orElseThrow().delayed()).isEqualTo(1);
        }
        f.stampMillis += 300;
        assertThat(f.expire()).isEqualTo(new Reply.Expired(1, false));
        assertThat(f.group("g").ready()).isEqualTo(1);
    }

    @Test
    void shouldMarkTheDigestOfItsPlace() {
        f.append(100, 3);
        List<Reply> replies = f.applyAll(f.term, List.of(new Command.Mark()));

        assertThat(replies).containsExactly(new Reply.Marked(f.machine.stateDigest()));
    }

    @Test
    void shouldShowAViewOneMoment() {
        f.append(100, 3);
        try (MachineView view = f.machine.openView()) {
            long seen = view.appliedIndex();
            f.append(101, 3);

            assertThat(view.appliedIndex()).isEqualTo(seen).isLessThan(f.machine.appliedIndex());
            assertThat(view.stream("main").orElseThrow().end()).isEqualTo(3);
            assertThat(view.batchAt(1, 3)).isEmpty();
            assertThat(view.batchAt(1, 2).orElseThrow().baseOffset()).isZero();
        }
    }
}
