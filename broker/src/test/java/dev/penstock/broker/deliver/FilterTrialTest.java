package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupConfig;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FilterTrialTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final Events events = Events.open(log);
    private final FilterTrial trial = new FilterTrial(log, new LogBatches(1 << 20));

    private static GroupFilter filter(List<String> tables, String where) {
        return GroupFilter.compile(new GroupConfig(
                30_000, 0, GroupConfig.Ordering.NONE, GroupConfig.Mode.CHANGES, tables, List.of(), where));
    }

    @Test
    void shouldCountWhatMatchesWhatDoesNotAndWhatFails() {
        // given
        events.insert(Events.CUSTOMERS, 2);
        events.insert(Events.ORDERS, "{\"n\":1}", "{\"n\":5}", "{\"n\":\"x\"}", "{}");

        // when
        FilterTrial.Result result = trial.run("main", filter(List.of("public.orders"), "record.n > 2"), 5);

        // then
        assertThat(result.from()).isEqualTo(1);
        assertThat(result.to()).isEqualTo(6);
        assertThat(result.complete()).isTrue();
        assertThat(result.matched()).isEqualTo(1);
        assertThat(result.notMatched()).isEqualTo(3);
        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.shown()).extracting(shown -> shown.event().offset()).containsExactly(3L, 4L);
        assertThat(result.shown().get(0).filterError()).isEqualTo(Optional.empty());
        assertThat(result.shown().get(1).filterError().orElseThrow()).contains("expected a number");
    }

    @Test
    void shouldShowAHundredAndCountAll() {
        events.insert(Events.ORDERS, 500);

        FilterTrial.Result result = trial.run("main", filter(List.of(), "record.id > 100"), FilterTrial.MAX_EVENTS);

        assertThat(result.matched()).isEqualTo(400);
        assertThat(result.shown()).hasSize(100);
        assertThat(result.shown().get(0).event().offset()).isEqualTo(100);
    }

    @Test
    void shouldShowAtMostFourMebibytesButAlwaysOne() {
        String large = "{\"note\":\"" + "x".repeat(3 << 20) + "\"}";
        events.insert(Events.ORDERS, large, large, large);

        assertThat(trial.run("main", filter(List.of(), "true"), 3).shown()).hasSize(1);
    }

    @Test
    void shouldEndWhenItsTimeIsOver() {
        // given: a clock that goes on by a tenth of a second whenever it is asked
        events.insert(Events.ORDERS, 100);
        AtomicLong nanos = new AtomicLong();
        FilterTrial slow = new FilterTrial(
                log, new LogBatches(1 << 20), () -> nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100)));

        // when
        FilterTrial.Result result = slow.run("main", filter(List.of(), "true"), 100);

        // then
        assertThat(result.complete()).isFalse();
        assertThat(result.to() - result.from()).isEqualTo(result.matched()).isBetween(1L, 20L);
    }

    @Test
    void shouldTellAnUnknownStreamAndAnEmptyOne() {
        assertThatThrownBy(() -> trial.run("none", filter(List.of(), "true"), 1))
                .isInstanceOf(Refused.class);
        assertThat(trial.run("main", filter(List.of(), "true"), 1).matched()).isZero();
    }
}
