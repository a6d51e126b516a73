package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.raft.Formation.Decision;
import dev.penstock.broker.raft.PeerReport.State;
import dev.penstock.broker.raft.StartRefused.Reason;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FormationTest {
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID TWO = new UUID(2, 2);
    private static final UUID THREE = new UUID(3, 3);
    private static final Map<String, UUID> ALL = Map.of("n1", ONE, "n2", TWO, "n3", THREE);

    private final Formation formation = new Formation("c1", "n1", ONE, Set.of("n1", "n2", "n3"));

    private static PeerReport forming(String node, UUID uuid) {
        return new PeerReport(State.FORMING, "c1", node, uuid, Map.of());
    }

    private static PeerReport formed(String node, Map<String, UUID> members) {
        return new PeerReport(State.FORMED, "c1", node, new UUID(0, 7), members);
    }

    @Test
    void shouldFormWhenEveryConfiguredNodeIsNew() {
        // when
        Decision decision = formation.decide(Map.of("n2", forming("n2", TWO), "n3", forming("n3", THREE)));
        // then
        assertThat(decision).isEqualTo(new Decision.Form(ALL));
    }

    @Test
    void shouldWaitForANodeThatDoesNotAnswerOrDoesNotFormYet() {
        assertThat(formation.decide(Map.of("n2", forming("n2", TWO)))).isInstanceOf(Decision.Wait.class);
        assertThat(formation.decide(Map.of(
                        "n2",
                        forming("n2", TWO),
                        "n3",
                        new PeerReport(State.EMPTY, "c1", "n3", new UUID(0, 0), Map.of()))))
                .isInstanceOfSatisfying(
                        Decision.Wait.class,
                        wait -> assertThat(wait.why()).contains("n3").doesNotContain("n2"));
    }

    @Test
    void shouldTakePartWhenAPeerFormedWithThisVeryDirectory() {
        assertThat(formation.decide(Map.of("n2", formed("n2", ALL)))).isEqualTo(new Decision.TakePart(ALL));
    }

    @Test
    void shouldRefuseAWipedNodeWhileOthersAreFormed() {
        // given: the cluster knows n1 by another UUID, that of the directory that is gone
        Map<String, UUID> before = Map.of("n1", new UUID(9, 9), "n2", TWO, "n3", THREE);
        // when
        Decision decision = formation.decide(Map.of("n2", formed("n2", before), "n3", forming("n3", THREE)));
        // then
        assertThat(decision).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
            assertThat(refuse.reason()).isEqualTo(Reason.WIPED);
            assertThat(refuse.message()).contains("--join");
        });
    }

    @Test
    void shouldRefuseAPeerOfAnotherClusterOrName() {
        assertThat(formation.decide(Map.of("n2", new PeerReport(State.FORMING, "c2", "n2", TWO, Map.of()))))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.reason()).isEqualTo(Reason.FOREIGN_CLUSTER));
        assertThat(formation.decide(Map.of("n2", forming("n3", TWO))))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.reason()).isEqualTo(Reason.FOREIGN_NODE));
    }
}
