package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterCommandsTest {

    private static final String EVENT = "{\"offset\":\"0000000000000008\",\"action\":\"insert\",\"record\":{\"id\":1},"
            + "\"metadata\":{\"schema\":\"public\",\"table\":\"orders\",\"key\":{\"id\":1},"
            + "\"commit_timestamp\":\"2026-11-21T10:00:00.123456Z\"}}";

    @TempDir
    Path home;

    private final FakeApi api = new FakeApi();

    @AfterEach
    void close() {
        api.close();
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", api.url(), "--token", FakeApi.TOKEN));
        return CliRun.of(home, all.toArray(String[]::new));
    }

    @Test
    void shouldCreateAGroupWithAFilterByValue() {
        api.answers("POST /v1/groups", "201{\"name\":\"big\"}")
                .answers("GET /v1/groups/big", "{\"name\":\"big\",\"stream\":\"main\",\"state\":\"active\"}");

        CliRun run = run("groups", "create", "big", "--where", "record.amount > 100");

        assertThat(run.exitCode()).isZero();
        assertThat(api.asked().get(0)).contains("\"filter\":{\"where\":\"record.amount > 100\"}");
    }

    @Test
    void shouldShowTheFaultOfAnExpressionWithItsCaretsInPlace() {
        api.answers(
                "POST /v1/filters/test",
                "400{\"code\":\"INVALID_REQUEST\",\"detail\":\"line 1, column 8: expected x\\nrecord.\\n       ^\"}");

        CliRun run = run("filters", "test", "record.");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("""
                        penstock: line 1, column 8: expected x [INVALID_REQUEST]
                        penstock: record.
                        penstock:        ^
                        """);
    }

    @Test
    void shouldTryAFilter() {
        api.answers(
                "POST /v1/filters/test",
                "{\"stream\":\"main\",\"complete\":true,\"matched\":1,\"not_matched\":8,\"failed\":1,\"matches\":["
                        + "{\"offset\":\"0000000000000008\",\"event\":" + EVENT + "},"
                        + "{\"offset\":\"0000000000000008\",\"filter_error\":\"no number\",\"event\":" + EVENT + "}]}");

        CliRun run = run(
                "filters", "test", "record.id == 1", "--stream", "main", "--table", "public.orders", "--last", "10");

        assertThat(run.exitCode()).isZero();
        String line = "0000000000000008  2026-11-21T10:00:00.123456Z  insert  public.orders  {\"id\":1}  {\"id\":1}\n";
        assertThat(run.out()).isEqualTo(line + line + "    failed, so delivered: no number\n");
        assertThat(run.err()).isEqualTo("matched 1, not matched 8, failed 1\n");
        assertThat(api.asked())
                .containsExactly(
                        "POST /v1/filters/test {\"stream\":\"main\",\"filter\":{\"tables\":[\"public.orders\"],"
                                + "\"where\":\"record.id == 1\"},\"last\":10}");
        assertThat(run("filters", "test", "record.id == 1", "-o", "json").out()).startsWith("{\"stream\":\"main\"");
    }
}
