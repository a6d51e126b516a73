package dev.penstock.broker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Mode;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** "A `tables` filter matches row events and truncates of these tables; … `gap` reaches every group." */
class GroupFilterTest {

    private static final List<Route> ROUTES = List.of(
            Route.table("public", "orders", List.of("id")),
            Route.table("public", "items", List.of("id")),
            Route.table("sales", "orders", List.of("id")),
            Route.message("audit"),
            Route.SOURCE);

    private static GroupFilter filter(List<String> tables, List<String> actions) {
        return GroupFilter.compile(new GroupConfig(30_000, 0, Ordering.NONE, Mode.CHANGES, tables, actions, ""));
    }

    private static boolean[] routes(GroupFilter filter) {
        SourcePosition last = new SourcePosition(1, new Lsn(100), 4);
        return filter.routes(
                new BatchHeader("main", "shop", SourcePosition.ORIGIN, last, last, Lsn.ZERO, false, 5, 0, ROUTES));
    }

    @Test
    void shouldLetAGapPassEveryFilter() {
        GroupFilter narrow = filter(List.of("public.orders"), List.of("insert"));

        assertThat(routes(narrow)).containsExactly(true, false, false, false, true);
        assertThat(narrow.wants(Action.GAP)).isTrue();
        assertThat(narrow.wants(Action.INSERT)).isTrue();
        assertThat(narrow.wants(Action.TRUNCATE)).isFalse();
    }

    @Test
    void shouldMatchASchema() {
        assertThat(routes(filter(List.of("public.*"), List.of()))).containsExactly(true, true, false, false, true);
    }

    @Test
    void shouldTakeMessagesOnlyWithoutTablesOrByName() {
        assertThat(routes(filter(List.of(), List.of()))).containsExactly(true, true, true, true, true);
        assertThat(routes(filter(List.of("public.orders"), List.of("insert", "message"))))
                .containsExactly(true, false, false, true, true);
    }

    private static boolean[] messages(GroupFilter filter, String... prefixes) {
        SourcePosition last = new SourcePosition(1, new Lsn(100), 4);
        List<Route> routes = Stream.concat(
                        Stream.of(Route.SOURCE, Route.table("public", "orders", List.of())),
                        Stream.of(prefixes).map(Route::message))
                .toList();
        return filter.routes(
                new BatchHeader("main", "shop", SourcePosition.ORIGIN, last, last, Lsn.ZERO, false, 5, 0, routes));
    }

    @Test
    void shouldLeaveMessagesOfQueuesToTheirQueues() {
        String[] prefixes = {"penstock:q:jobs", "penstock:m:jobs", "penstock:other"};

        assertThat(messages(filter(List.of(), List.of()), prefixes)).containsExactly(true, true, false, false, true);
        assertThat(messages(filter(List.of(), List.of("message")), prefixes))
                .containsExactly(true, true, true, true, true);
    }

    private static GroupFilter queue(Ordering ordering) {
        GroupConfig config = new GroupConfig(
                30_000,
                0,
                ordering,
                Mode.CHANGES,
                List.of(),
                List.of(),
                "",
                0,
                0,
                false,
                Optional.of(QueueConfig.defaults()),
                "");
        return GroupFilter.of(
                new GroupState(1, "jobs", 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, config, new StartPosition.Latest(), false, 0));
    }

    @Test
    void shouldGiveAQueueItsOwnMessagesAndGaps() {
        String[] prefixes = {
            "penstock:q:jobs",
            "penstock:m:jobs",
            "penstock:q:jobs.fifo",
            "penstock:m:jobs.fifo",
            "penstock:q:job",
            "penstock:q:jobs2",
            "penstock:q:",
            "penstock:x:jobs",
            "jobs"
        };

        assertThat(messages(queue(Ordering.NONE), prefixes))
                .containsExactly(true, false, true, true, false, false, false, false, false, false, false);
        assertThat(messages(queue(Ordering.KEY), prefixes))
                .containsExactly(true, false, true, true, true, true, false, false, false, false, false);
        assertThat(queue(Ordering.NONE).wants(Action.GAP)).isTrue();
        assertThat(queue(Ordering.NONE).wants(Action.MESSAGE)).isTrue();
    }

    @Test
    void shouldRefuseWhatCannotBeUnderstood() {
        assertThatThrownBy(() -> filter(List.of("orders"), List.of())).hasMessageContaining("schema.table");
        assertThatThrownBy(() -> filter(List.of(), List.of("upsert"))).hasMessageContaining("upsert");
    }
}
