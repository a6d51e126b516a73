package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PenstockCommandTest {

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"doctor", "sources", "backfill", "replay", "webhooks", "trace", "xyzzy"})
    void shouldNotKnowWhatIsNotBuilt(String command) {
        CliRun run = CliRun.of(home, command, "--some", "argument");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("penstock: unknown command '" + command + "'");
    }

    @Test
    void shouldSuggestTheNearestCommand() {
        assertThat(CliRun.of(home, "grops").err()).contains("did you mean groups?");
        assertThat(CliRun.of(home, "groups", "lss").err()).contains("unknown command 'groups lss'");
    }

    @Test
    void shouldSayWhichArgumentIsWrong() {
        assertThat(CliRun.of(home, "status", "--ulr", "x")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--ulr").contains("see: penstock status --help");
        });
        assertThat(CliRun.of(home, "receive", "g", "--wait", "soon").err())
                .contains("expected a duration such as 30s")
                .contains("'soon'");
        assertThat(CliRun.of(home, "groups", "show").err()).contains("GROUP");
    }

    @Test
    void shouldShowUsageOnStandardErrorWithoutACommandAndOnStandardOutputWhenAsked() {
        assertThat(CliRun.of(home)).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).contains("Usage: penstock").contains("start").contains("Exit codes");
        });
        assertThat(CliRun.of(home, "--help")).satisfies(run -> {
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("Usage: penstock").contains("receive");
            assertThat(run.err()).isEmpty();
        });
        assertThat(CliRun.of(home, "groups").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(home, "streams").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(home, "groups", "create", "--help").out()).contains("--visibility-timeout");
        assertThat(CliRun.of(home, "--version").out()).startsWith("penstock ");
    }
}
