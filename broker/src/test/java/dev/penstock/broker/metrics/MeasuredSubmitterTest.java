package dev.penstock.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.storage.machine.Command;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeasuredSubmitterTest {

    private final CompletableFuture<CommandSubmitter.Decided> leases = new CompletableFuture<>();
    private final CompletableFuture<CommandSubmitter.Decided> appends = new CompletableFuture<>();
    private long term;
    private final NodeMetrics metrics = new NodeMetrics(
            "c1",
            "n1",
            "x",
            new Samples(
                    () -> new Samples.Raft(false, false, 0, 0, 0),
                    List::of,
                    List::of,
                    List::of,
                    () -> new Samples.Http(Map.of(), 0, 0, 0, 0, 0, 0, 0, 0),
                    () -> 0,
                    () -> false));
    private final CommandSubmitter measured = new MeasuredSubmitter(
            new CommandSubmitter() {
                @Override
                public CompletableFuture<Decided> submit(List<Command> commands) {
                    return leases;
                }

                @Override
                public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
                    term = plannedTerm;
                    return leases;
                }

                @Override
                public CompletableFuture<Decided> append(Command command, long plannedTerm) {
                    term = plannedTerm;
                    return appends;
                }
            },
            metrics);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void shouldMeasureWhatWasDecidedAndCountWhatWasNot() {
        // given
        CompletableFuture<CommandSubmitter.Decided> submitted = measured.submit(List.of());
        CompletableFuture<CommandSubmitter.Decided> appended = measured.append(new Command.Mark());

        // when
        leases.complete(new CommandSubmitter.Decided(7, List.of()));
        appends.completeExceptionally(new CommandSubmitter.NotDecided("no leader", true));

        // then
        assertThat(submitted).isSameAs(leases).isCompletedWithValue(new CommandSubmitter.Decided(7, List.of()));
        assertThat(appended).isCompletedExceptionally();
        assertThat(metrics.scrape().lines())
                .contains(
                        "penstock_raft_commit_seconds_count{lane=\"lease\"} 1",
                        "penstock_raft_undecided_total{lane=\"append\",reason=\"unknown\"} 1.0");
    }

    @Test
    void shouldGiveThePlannedTermOn() {
        CompletableFuture<CommandSubmitter.Decided> submitted = measured.submit(List.of(), 7);

        assertThat(submitted).isSameAs(leases);
        assertThat(term).isEqualTo(7);

        CompletableFuture<CommandSubmitter.Decided> appended = measured.append(new Command.Mark(), 8);

        assertThat(appended).isSameAs(appends);
        assertThat(term).isEqualTo(8);
    }
}
