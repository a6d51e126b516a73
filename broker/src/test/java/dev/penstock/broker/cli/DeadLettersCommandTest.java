package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersCommandTest {

    private static final String FIRST = "{\"dead_letter\":\"0000000000000004\",\"offset\":\"0000000000000011\","
            + "\"id\":\"01J5BCFR8F8DBJDXAQ5YJPZ6VY\",\"table\":\"public.orders\",\"action\":\"update\",\"state\":\"dead\","
            + "\"reason\":\"max_deliveries\",\"delivery_count\":5,\"died_at\":\"2026-11-21T10:00:01Z\","
            + "\"event\":{\"id\":\"01J5BCFR8F8DBJDXAQ5YJPZ6VY\",\"metadata\":{\"key\":{\"id\":7}}}}";
    private static final String SECOND = "{\"dead_letter\":\"0000000000000009\",\"offset\":\"0000000000000012\","
            + "\"id\":\"01J5BCFR8F8DBJDXAQ5YJPZ6VZ\",\"table\":null,\"action\":\"message\",\"state\":\"dead\","
            + "\"reason\":\"max_deliveries\",\"delivery_count\":5,\"died_at\":\"2026-11-21T10:00:02Z\"}";

    @TempDir
    Path home;

    private final FakeApi api = new FakeApi();

    @AfterEach
    void close() {
        api.close();
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("dead-letters"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--url", api.url(), "--token", FakeApi.TOKEN));
        return CliRun.of(home, all.toArray(String[]::new));
    }

    @Test
    void shouldListPageByPage() {
        api.answers(
                        "GET /v1/groups/workers/dead-letters?limit=2&events=true",
                        "{\"dead_letters\":[" + FIRST + "],\"next\":\"0000000000000009\"}")
                .answers(
                        "GET /v1/groups/workers/dead-letters?limit=1&offset=0000000000000009&events=true",
                        "{\"dead_letters\":[" + SECOND + "],\"next\":\"0000000000000010\"}");

        assertThat(run("list", "workers", "--limit", "2", "--events"))
                .isEqualTo(new CliRun(0, """
                                  NUMBER  DIED                  REASON          DELIVERIES            OFFSET  ACTION   TABLE          KEY
                        0000000000000004  2026-11-21T10:00:01Z  max_deliveries           5  0000000000000011  update   public.orders  {"id":7}
                        0000000000000009  2026-11-21T10:00:02Z  max_deliveries           5  0000000000000012  message  -              -
                        """, "there is more: --offset 0000000000000010\n"));
    }

    @Test
    void shouldShowOneAndGiveTheApisOwnJson() {
        api.answers("GET /v1/groups/workers/dead-letters/4", FIRST);

        assertThat(run("show", "workers", "4", "-o", "json").out()).isEqualTo(FIRST + "\n");
        assertThat(run("show", "workers", "4").out())
                .contains("reason      max_deliveries", "{\"id\":\"01J5BCFR8F8DBJDXAQ5YJPZ6VY\"");
    }

    @Test
    void shouldPutBack() {
        api.answers("POST /v1/groups/workers/redrive", "{\"redriven\":3,\"looked_at\":5,\"next\":null}");

        CliRun run = run("redrive", "workers", "--table", "public.orders", "--where", "record.id > 1", "--rate", "2");

        assertThat(run).isEqualTo(new CliRun(0, "redriven 3\n", ""));
    }

    @Test
    void shouldDropByNumberOrAll() {
        api.answers("DELETE /v1/groups/workers/dead-letters/4", "{\"dropped\":1,\"next\":null}")
                .answers("DELETE /v1/groups/workers/dead-letters/9", "{\"dropped\":0,\"next\":null}")
                .answers("DELETE /v1/groups/workers/dead-letters?max=10000", "{\"dropped\":7,\"next\":\"8\"}")
                .answers("DELETE /v1/groups/workers/dead-letters?max=10000&offset=8", "{\"dropped\":2,\"next\":null}");

        assertThat(run("purge", "workers", "4", "9").out()).isEqualTo("dropped 1\n");
        assertThat(run("purge", "workers", "--all", "-o", "json").out()).isEqualTo("{\"dropped\":9,\"next\":null}\n");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThat(run("purge", "workers").err()).contains("expected either numbers or --all, but got neither");
        assertThat(run("purge", "workers", "1", "--all").exitCode()).isEqualTo(2);
        assertThat(run("list", "workers", "--limit", "0").exitCode()).isEqualTo(2);
        assertThat(run("redrive", "workers", "--rate", "0").err()).contains("expected --rate 1 or more");
        assertThat(CliRun.of(home, "dead-letters").err()).contains("list", "show", "redrive", "purge");
    }
}
