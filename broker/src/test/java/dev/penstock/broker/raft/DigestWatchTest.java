package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.raft.DigestWatch.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DigestWatchTest {
    private static StateMark mark(long index, long digest, long chain) {
        return new StateMark(index, digest, Map.of(1, chain));
    }

    @Test
    void shouldAgreeAtTheNewestCommonIndex() {
        assertThat(DigestWatch.compare(Map.of(
                        "n1", List.of(mark(5, 50, 1), mark(9, 90, 2)),
                        "n2", List.of(mark(5, 50, 1)),
                        "n3", List.of(mark(5, 50, 1), mark(9, 90, 2), mark(12, 1, 1)))))
                .isEqualTo(new Verdict.Agreed(9));
    }

    @Test
    void shouldNameTheOddOneOut() {
        assertThat(DigestWatch.compare(Map.of(
                        "n1", List.of(mark(5, 50, 1)),
                        "n2", List.of(mark(5, 51, 1)),
                        "n3", List.of(mark(5, 50, 1)))))
                .isInstanceOfSatisfying(Verdict.OddOneOut.class, odd -> {
                    assertThat(odd.nodeId()).isEqualTo("n2");
                    assertThat(odd.what()).contains("state digest 33").contains("32");
                });
        assertThat(DigestWatch.compare(Map.of(
                        "n1", List.of(mark(5, 50, 1)),
                        "n2", List.of(mark(5, 50, 1)),
                        "n3", List.of(mark(5, 50, 2)))))
                .isInstanceOfSatisfying(Verdict.OddOneOut.class, odd -> {
                    assertThat(odd.nodeId()).isEqualTo("n3");
                    assertThat(odd.what()).contains("streams [1]");
                });
    }

    @Test
    void shouldNotJudgeWithoutAMajority() {
        assertThat(DigestWatch.compare(Map.of("n1", List.of(mark(5, 50, 1)), "n2", List.of(mark(5, 51, 1)))))
                .isInstanceOf(Verdict.Split.class);
        assertThat(DigestWatch.compare(Map.of(
                        "n1", List.of(mark(5, 50, 1)), "n2", List.of(mark(5, 51, 1)), "n3", List.of(mark(5, 52, 1)))))
                .isInstanceOf(Verdict.Split.class);
        assertThat(DigestWatch.compare(Map.of("n1", List.of(mark(5, 50, 1))))).isEqualTo(new Verdict.Agreed(-1));
    }
}
