package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupInspectCommandsTest {

    private static final String OUT = "{\"offset\":\"0000000000000004\",\"id\":\"01H\",\"table\":\"public.orders\","
            + "\"action\":\"update\",\"state\":\"in_flight\",\"delivery_count\":3,"
            + "\"first_delivered_at\":\"2026-11-21T10:00:01Z\",\"ends_in\":\"12500ms\",\"ends_at\":\"2026-11-21T10:01:00Z\"}";
    private static final String READY = "{\"offset\":\"0000000000000005\",\"id\":null,\"table\":null,\"action\":null,"
            + "\"state\":\"ready\",\"delivery_count\":1,\"first_delivered_at\":\"2026-11-21T10:00:02Z\","
            + "\"event\":{\"metadata\":{\"key\":{\"id\":7}}}}";
    private static final String PARKED = "{\"key_hash\":\"00000000000f4241\",\"table\":\"public.orders\","
            + "\"offset\":\"0000000000000006\",\"id\":null,\"why\":\"key\",\"blocked_by\":" + OUT + "}";
    private static final String FREE = "{\"key_hash\":\"00000000000f4242\",\"table\":null,"
            + "\"offset\":\"0000000000000007\",\"id\":null,\"why\":\"nothing\"}";

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
    void shouldShowAGroupWithAllThatHoldsItUp() {
        api.answers(
                "GET /v1/groups/workers",
                "{\"name\":\"workers\",\"stream\":\"main\",\"state\":\"paused\",\"ordering\":\"key\",\"mode\":\"changes\","
                        + "\"filter\":{\"tables\":[\"public.orders\",\"audit.*\"],\"where\":\"record.a > 1\\n or record.b\"},"
                        + "\"visibility_timeout\":\"30s\",\"floor\":\"0000000000000004\",\"scan\":\"0000000000000009\","
                        + "\"backlog\":12,\"in_flight\":3,\"delayed\":1,\"ready\":2,\"parked\":5,\"dead_letters\":8,"
                        + "\"max_deliveries\":5,\"dying\":1,\"dead_letter_group\":\"buried\","
                        + "\"retention\":\"hold\",\"lost_at_most\":7,\"oldest_dead_letter\":\"2026-11-21T10:00:00Z\","
                        + "\"filter_failures\":6,\"oldest_unsettled_age\":3.25}");

        assertThat(run("groups", "show", "workers").out()).isEqualTo("""
                PROPERTY            VALUE
                group               workers
                stream              main
                state               paused
                ordering            key
                mode                changes
                tables              public.orders, audit.*
                actions             all
                where               record.a > 1 or record.b
                visibility timeout  30s
                floor               0000000000000004
                scan                0000000000000009
                backlog             12
                in flight           3
                delayed             1
                ready               2
                parked keys         5
                max deliveries      5
                dead letter group   buried
                dying               1
                dead letters        8
                oldest dead letter  2026-11-21T10:00:00Z
                retention           hold
                lost to it at most  7
                filter failures     6
                oldest unsettled    3.3 s
                """);
    }

    @Test
    void shouldListWhatIsUnsettledPageByPage() {
        api.answers(
                        "GET /v1/groups/workers/messages?limit=100",
                        "{\"messages\":[" + OUT + "],\"next\":\"0000000000000005\"}")
                .answers(
                        "GET /v1/groups/workers/messages?limit=99&offset=0000000000000005",
                        "{\"messages\":[" + READY + "],\"next\":null}");

        CliRun run = run("groups", "messages", "workers");

        assertThat(run).isEqualTo(new CliRun(0, """
                                  OFFSET  STATE      DELIVERIES  FIRST DELIVERED       ENDS IN  ACTION  TABLE          KEY
                        0000000000000004  in_flight           3  2026-11-21T10:00:01Z  12500ms  update  public.orders  -
                        0000000000000005  ready               1  2026-11-21T10:00:02Z  -        -       -              {"id":7}
                        """, ""));
    }

    @Test
    void shouldListTheKeysThatWait() {
        api.answers(
                "GET /v1/groups/workers/messages?limit=100&state=parked",
                "{\"parked\":[" + PARKED + "," + FREE + "],\"next\":null}");

        assertThat(run("groups", "messages", "workers", "--state", "parked").out())
                .isEqualTo("""
                      WAITS FROM  TABLE          KEY               WHY            BLOCKED BY  STATE      DELIVERIES  ENDS IN
                0000000000000006  public.orders  00000000000f4241  key      0000000000000004  in_flight  3x          12500ms
                0000000000000007  -              00000000000f4242  nothing                 -  -          -           -
                """);
    }

    @Test
    void shouldGiveTheApisOwnItemsAndSayWhenThereIsMore() {
        api.answers(
                        "GET /v1/groups/workers/messages?limit=2&state=in_flight&offset=1&events=true",
                        "{\"messages\":[],\"next\":\"3\"}")
                .answers(
                        "GET /v1/groups/workers/messages?limit=2&state=in_flight&offset=3&events=true",
                        "{\"messages\":[" + OUT + "," + READY + "],\"next\":\"0000000000000009\"}");

        CliRun run = run(
                "groups",
                "messages",
                "workers",
                "--state",
                "in_flight",
                "--offset",
                "1",
                "--limit",
                "2",
                "--events",
                "-o",
                "json");

        assertThat(run)
                .isEqualTo(new CliRun(0, OUT + "\n" + READY + "\n", "there is more: --offset 0000000000000009\n"));
    }

    @Test
    void shouldSayWhatIsWrong() {
        api.answers(
                "GET /v1/groups/workers/messages?limit=100&state=lost",
                "400{\"code\":\"INVALID_REQUEST\",\"detail\":\"expected in_flight or dead\"}");

        assertThat(run("groups", "messages", "workers", "--limit", "0").exitCode())
                .isEqualTo(2);
        CliRun lost = run("groups", "messages", "workers", "--state", "lost");
        assertThat(lost.exitCode()).isNotZero();
        assertThat(lost.err()).contains("expected in_flight or dead");
    }
}
