package dev.penstock.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaderLinesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> asked = new ArrayList<>();
    private final LeaderLines lines = new LeaderLines(
            node -> {
                asked.add(node);
                return CompletableFuture.completedFuture(Map.of("role", "LEADER"));
            },
            nanos::get);

    @Test
    void shouldAskTheLeaderOnceASecondHoweverManyAskHere() {
        // when
        for (int i = 0; i < 100; i++) {
            assertThat(lines.of("n2")).isCompletedWithValue(Map.of("role", "LEADER"));
        }

        // then
        assertThat(asked).containsExactly("n2");
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_000));
        assertThat(lines.of("n2")).isCompleted();
        assertThat(asked).containsExactly("n2", "n2");
    }

    @Test
    void shouldAskANewLeaderAtOnce() {
        assertThat(lines.of("n2")).isCompleted();
        assertThat(lines.of("n3")).isCompleted();

        assertThat(asked).containsExactly("n2", "n3");
    }
}
