package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientCommandsTest {

    private static final String CLUSTER = """
            {"cluster_id":"c1","leader":"n1","term":4,"nodes":[
              {"id":"n1","http":"http://a:7800","role":"leader","term":4,"applied_index":120,"commit_index":120,
               "log_end_offset":"0000000000000009","digest":{"offset":"0000000000000008","value":"ab12"}},
              {"id":"n2","http":"http://b:7800","role":"down","term":0,"applied_index":0,"commit_index":0,
               "log_end_offset":null,"digest":null}],
             "sources":[{"name":"main","state":"streaming","code":"ok","confirmed_lsn":"0/1","durable_lsn":"0/2","lag_bytes":2048}]}
            """;
    private static final String GROUPS =
            "{\"groups\":[{\"name\":\"workers\",\"stream\":\"main\",\"backlog\":12,\"in_flight\":3,\"delayed\":0,"
                    + "\"oldest_unsettled_age\":3.25,\"floor\":\"0000000000000004\",\"state\":\"active\"}]}";
    private static final String STREAM =
            "{\"name\":\"main\",\"earliest\":\"0000000000000000\",\"latest\":\"0000000000000009\",\"bytes\":2048,\"events\":9}";
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
    void shouldShowStatus() {
        api.answers("GET /v1/cluster", CLUSTER).answers("GET /v1/groups", GROUPS);

        assertThat(run("status")).isEqualTo(new CliRun(0, """
                        cluster  c1: 1 of 2 nodes up, leader n1, term 4
                        source   main: streaming, lag 2.0 KiB, confirmed 0/1
                        group    workers: backlog 12, in flight 3, oldest unsettled 3.3 s
                        """, ""));
    }

    @Test
    void shouldSayWhenTheCertificatesToTrustAreOfNoUse() throws IOException {
        Path none = home.resolve("none.pem");
        Path empty = Files.writeString(home.resolve("empty.pem"), "");

        for (Path file : List.of(none, empty)) {
            CliRun run = run("status", "--ca-file", file.toString());

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains(file.toString(), "--ca-file");
        }
    }

    @Test
    void shouldEndWithSixWithoutALeader() {
        api.answers("GET /v1/cluster", CLUSTER.replace("\"leader\":\"n1\"", "\"leader\":null"));

        CliRun run = run("status");

        assertThat(run.exitCode()).isEqualTo(6);
        assertThat(run.out()).contains("NO LEADER");
        assertThat(run("cluster").exitCode()).isEqualTo(6);
    }

    @Test
    void shouldShowTheCluster() {
        api.answers("GET /v1/cluster", CLUSTER);

        assertThat(run("cluster").out()).isEqualTo("""
                        NODE  ROLE    HTTP           TERM  APPLIED  COMMITTED           LOG END  DIGEST
                        n1    leader  http://a:7800     4      120        120  0000000000000009  ab12 @ 0000000000000008
                        n2    down    http://b:7800     0        0          0                 -  -
                        """);
    }

    @Test
    void shouldGiveTheApisOwnJson() {
        api.answers("GET /v1/cluster", CLUSTER)
                .answers("GET /v1/groups", GROUPS)
                .answers("GET /v1/groups/workers", "{\"name\":\"workers\",\"later\":1}")
                .answers("GET /v1/streams", "{\"streams\":[]}")
                .answers("GET /v1/streams/main", STREAM);

        assertThat(run("cluster", "-o", "json").out().strip()).isEqualTo(CLUSTER.strip());
        assertThat(run("status", "-o", "JSON").out().strip()).isEqualTo(CLUSTER.strip());
        assertThat(run("groups", "ls", "-o", "json").out().strip()).isEqualTo(GROUPS);
        assertThat(run("groups", "show", "workers", "-o", "json").out()).contains("\"later\":1");
        assertThat(run("streams", "ls", "-o", "json").out().strip()).isEqualTo("{\"streams\":[]}");
        assertThat(run("streams", "show", "main", "-o", "json").out().strip()).isEqualTo(STREAM);
    }

    @Test
    void shouldListGroupsAndListAndShowStreams() {
        api.answers("GET /v1/groups", GROUPS)
                .answers("GET /v1/streams", "{\"streams\":[" + STREAM + "]}")
                .answers("GET /v1/streams/main", STREAM);

        String groups = """
                GROUP    STREAM  BACKLOG  IN FLIGHT  DELAYED  OLDEST             FLOOR  STATE
                workers  main         12          3        0  3.3 s   0000000000000004  active
                """;
        assertThat(run("groups", "ls").out()).isEqualTo(groups);
        String streams = """
                STREAM  EVENTS  SIZE             EARLIEST               END  RETENTION
                main         9  2.0 KiB  0000000000000000  0000000000000009  everything
                """;
        assertThat(run("streams", "ls").out()).isEqualTo(streams);
        assertThat(run("streams", "show", "main").out()).isEqualTo(streams);
    }

    @Test
    void shouldSetShowAndLiftTheRetentionOfAStream() {
        String kept = STREAM.replaceFirst("}$", ",\"retention\":{\"time\":\"604800s\",\"bytes\":21474836480}}");
        api.answers("PATCH /v1/streams/main", kept).answers("GET /v1/streams/main", kept);

        CliRun set = run("streams", "retention", "main", "--time", "7d", "--bytes", "20GiB");
        run("streams", "retention", "main", "--unlimited");
        CliRun shown = run("streams", "retention", "main");

        assertThat(set.out()).endsWith("  7 d, 20.0 GiB\n");
        assertThat(shown.out()).isEqualTo(set.out());
        assertThat(api.asked())
                .containsExactly(
                        "PATCH /v1/streams/main {\"retention\":{\"time\":\"604800s\",\"bytes\":21474836480}}",
                        "PATCH /v1/streams/main {\"retention\":null}",
                        "GET /v1/streams/main");
    }

    @Test
    void shouldRefuseARetentionThatContradictsItself() {
        assertThat(run("streams", "retention", "main", "--unlimited", "--time", "1d")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("streams", "retention", "main", "--hold-bytes", "1GiB").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("streams", "retention", "main", "--bytes", "20 gigs").err())
                .contains("20GiB", "'20 gigs'");
        assertThat(api.asked()).isEmpty();
    }

    @Test
    void shouldChangePauseAndResumeAGroup() {
        api.answers("PATCH /v1/groups/workers", "{\"name\":\"workers\"}")
                .answers("POST /v1/groups/workers/pause", "{\"name\":\"workers\",\"state\":\"paused\"}")
                .answers("POST /v1/groups/workers/resume", "{\"name\":\"workers\",\"state\":\"active\"}")
                .answers("GET /v1/groups/workers", GROUPS.substring(11, GROUPS.length() - 2));

        assertThat(run("groups", "update", "workers", "--visibility-timeout", "1m", "--table", "a.b")
                        .exitCode())
                .isZero();
        assertThat(run("groups", "update", "workers", "--no-filter").exitCode()).isZero();
        assertThat(run(
                                "groups",
                                "update",
                                "workers",
                                "--max-deliveries",
                                "3",
                                "--dead-letter-group",
                                "dead",
                                "--mode",
                                "rows",
                                "--retention",
                                "hold",
                                "--where",
                                "record.a > 1")
                        .exitCode())
                .isZero();
        assertThat(run("groups", "pause", "workers", "-o", "json").out()).contains("\"state\":\"paused\"");
        assertThat(run("groups", "resume", "workers", "-o", "json").out()).contains("\"state\":\"active\"");

        assertThat(api.asked())
                .contains(
                        "PATCH /v1/groups/workers {\"visibility_timeout\":\"60s\",\"filter\":{\"tables\":[\"a.b\"]}}",
                        "PATCH /v1/groups/workers {\"filter\":{}}",
                        "PATCH /v1/groups/workers {\"max_deliveries\":3,\"dead_letter_group\":\"dead\",\"mode\":\"rows\","
                                + "\"retention\":\"hold\",\"filter\":{\"where\":\"record.a > 1\"}}",
                        "POST /v1/groups/workers/pause {}",
                        "POST /v1/groups/workers/resume {}");
        assertThat(run("groups", "update", "workers").exitCode()).isEqualTo(2);
        assertThat(run("groups", "update", "workers", "--no-filter", "--action", "insert")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void shouldCreateAGroup() {
        api.answers("POST /v1/groups", "201{\"name\":\"workers\"}")
                .answers("GET /v1/groups/workers", GROUPS.substring(11, GROUPS.length() - 2));

        CliRun run = run(
                "groups",
                "create",
                "workers",
                "--start",
                "4711",
                "--visibility-timeout",
                "1m",
                "--max-deliveries",
                "3",
                "--table",
                "public.orders,public.items",
                "--action",
                "insert");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("0000000000000004");
        assertThat(api.asked())
                .contains("POST /v1/groups {\"name\":\"workers\",\"start\":{\"offset\":\"4711\"},"
                        + "\"visibility_timeout\":\"60s\",\"max_deliveries\":3,"
                        + "\"filter\":{\"tables\":[\"public.orders\",\"public.items\"],\"actions\":[\"insert\"]}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "earliest;\"earliest\"",
                "latest;\"latest\"",
                "12;{\"offset\":\"12\"}",
                "@lsn:0/16B3748;{\"lsn\":\"0/16B3748\"}",
                "2026-11-21T11:00:00+01:00;{\"time\":\"2026-11-21T10:00:00Z\"}"
            })
    void shouldSeekToEachKindOfPosition(String position, String json) {
        api.answers(
                "POST /v1/groups/workers/seek",
                "{\"from\":\"0000000000000001\",\"to\":\"0000000000000009\",\"events\":8}");

        CliRun run = run("groups", "seek", "workers", "--to", position, "--dry-run");

        assertThat(run.out()).contains("0000000000000009");
        assertThat(run.err()).contains("nothing was changed");
        assertThat(api.asked()).containsExactly("POST /v1/groups/workers/seek {\"to\":" + json + ",\"dry_run\":true}");
    }

    @Test
    void shouldSeekBackInTime() {
        api.answers("POST /v1/groups/workers/seek", "{\"from\":\"1\",\"to\":\"9\",\"events\":8}");

        assertThat(run("groups", "seek", "workers", "--to=-15m", "-o", "json")
                        .out()
                        .strip())
                .isEqualTo("{\"from\":\"1\",\"to\":\"9\",\"events\":8}");
        assertThat(api.asked().get(0)).contains("{\"time\":\"20");
        assertThat(run("groups", "seek", "workers", "--to", "yesterday").exitCode())
                .isEqualTo(2);
        assertThat(run("groups", "seek", "workers", "--to=-x").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldRemoveAGroupOnlyIfToldTwice() {
        api.answers("DELETE /v1/groups/workers", "204");

        assertThat(run("groups", "rm", "workers").exitCode()).isEqualTo(2);
        assertThat(api.asked()).isEmpty();
        assertThat(run("groups", "rm", "workers", "--yes").exitCode()).isZero();
        assertThat(api.asked()).containsExactly("DELETE /v1/groups/workers");
    }

    @Test
    void shouldReceiveAndAck() {
        api.answers(
                        "POST /v1/groups/workers/receive",
                        "{\"messages\":[{\"receipt\":\"r1\",\"delivery_count\":2,"
                                + "\"first_delivered_at\":\"2026-11-21T10:00:01Z\",\"event\":" + EVENT + "}]}")
                .answers("POST /v1/groups/workers/ack", "{\"results\":[{\"ok\":true}]}");

        CliRun run = run("receive", "workers", "--max", "5", "--wait", "2s", "--visibility-timeout", "10s", "--ack");

        assertThat(run)
                .isEqualTo(new CliRun(
                        0,
                        "2x  0000000000000008  2026-11-21T10:00:00.123456Z  insert  public.orders  {\"id\":1}  {\"id\":1}\n",
                        "acked 1 of 1\n"));
        assertThat(api.asked())
                .containsExactly(
                        "POST /v1/groups/workers/receive {\"max\":5,\"wait\":\"2s\",\"visibility_timeout\":\"10s\"}",
                        "POST /v1/groups/workers/ack {\"receipts\":[\"r1\"]}");
        assertThat(run("receive", "workers", "-o", "json").out().strip())
                .isEqualTo("{\"receipt\":\"r1\",\"delivery_count\":2,\"first_delivered_at\":\"2026-11-21T10:00:01Z\","
                        + "\"event\":" + EVENT + "}");
    }

    @Test
    void shouldSayThatALeaseWasLost() {
        api.answers(
                        "POST /v1/groups/g/receive",
                        "{\"messages\":[{\"receipt\":\"r1\",\"delivery_count\":1,"
                                + "\"first_delivered_at\":\"2026-11-21T10:00:01Z\",\"event\":" + EVENT + "}]}")
                .answers("POST /v1/groups/g/ack", "{\"results\":[{\"ok\":false,\"error\":\"LEASE_LOST\"}]}");

        CliRun run = run("receive", "g", "--ack");

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("acked 0 of 1").contains("LEASE_LOST");
    }

    @Test
    void shouldSayThatThereIsNoMessage() {
        api.answers("POST /v1/groups/g/receive", "{\"messages\":[]}");
        assertThat(run("receive", "g")).isEqualTo(new CliRun(0, "", "no message\n"));
    }

    @Test
    void shouldTailFromTheEndByDefault() {
        api.answers("GET /v1/streams/main", STREAM)
                .answers(
                        "GET /v1/streams/main/events?limit=1&offset=0000000000000009&wait=20s",
                        "{\"events\":[" + EVENT + "],\"next\":\"0000000000000010\"}");

        assertThat(run("tail", "main", "--limit", "1", "-o", "json").out().strip())
                .isEqualTo(EVENT);
    }

    @Test
    void shouldTailOverSeveralPages() {
        api.answers("GET /v1/streams/main", STREAM)
                .answers(
                        "GET /v1/streams/main/events?limit=2&offset=0000000000000000&wait=20s",
                        "{\"events\":[" + EVENT + "],\"next\":\"0000000000000001\"}")
                .answers(
                        "GET /v1/streams/main/events?limit=1&offset=0000000000000001&wait=20s",
                        "{\"events\":[" + EVENT + "],\"next\":\"0000000000000002\"}");

        assertThat(run("tail", "main", "--from", "earliest", "--limit", "2")
                        .out()
                        .lines())
                .hasSize(2)
                .allMatch(line -> line.contains("public.orders"));
        assertThat(run("tail", "main", "--from", "soon").exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "400,INVALID_REQUEST,2",
        "401,UNAUTHENTICATED,5",
        "403,FORBIDDEN,5",
        "404,UNKNOWN_GROUP,3",
        "409,GROUP_EXISTS,4",
        "410,OFFSET_TRIMMED,4",
        "429,IN_FLIGHT_LIMIT,6",
        "500,INTERNAL,1"
    })
    void shouldMapRefusalsToExitCodes(int status, String code, int exitCode) {
        api.answers(
                "GET /v1/groups/g",
                status + "{\"code\":\"" + code + "\",\"detail\":\"it says why\",\"request_id\":\"q1\"}");

        CliRun run = run("groups", "show", "g");

        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("penstock: it says why [" + code + "] (request q1)");
    }

    @Test
    void shouldSayWhatToDoWithoutANodeOrAKey() {
        assertThat(CliRun.of(home, "status")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err())
                    .contains("no node to talk to")
                    .contains("--url")
                    .contains("./penstock demo");
        });
        assertThat(CliRun.of(home, "status", "--url", api.url())).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(5);
            assertThat(run.err()).contains("--token");
        });
        assertThat(CliRun.of(home, "status", "--url", api.url(), "--token", "id.wrong"))
                .satisfies(run -> {
                    assertThat(run.exitCode()).isEqualTo(5);
                    assertThat(run.err())
                            .contains("a valid key is needed")
                            .contains("penstock.yaml")
                            .doesNotContain("id.wrong");
                });
        assertThat(CliRun.of(home, "status", "--url", "nonsense", "--token", "a.b")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void shouldPreferFlagsToTheEnvironmentAndThatToTheContext() throws IOException {
        // given
        api.answers("GET /v1/cluster", CLUSTER).answers("GET /v1/groups", GROUPS);
        Files.createDirectories(home.resolve(".local/state/penstock"));
        Path context = home.resolve(".local/state/penstock/context.json");
        Map<String, String> good = Map.of("PENSTOCK_URL", api.url(), "PENSTOCK_TOKEN", FakeApi.TOKEN);
        Map<String, String> bad = Map.of("PENSTOCK_URL", "http://127.0.0.1:1", "PENSTOCK_TOKEN", "id.wrong");

        // when, then: the context alone
        Files.writeString(context, "{\"url\":\"" + api.url() + "\",\"token\":\"" + FakeApi.TOKEN + "\"}");
        assertThat(CliRun.of(home, "status").exitCode()).isZero();

        // the environment over the context
        Files.writeString(context, "{\"url\":\"http://127.0.0.1:1\",\"token\":\"id.wrong\"}");
        assertThat(CliRun.of(new Surroundings(good, home), "status").exitCode()).isZero();

        // flags over the environment
        assertThat(CliRun.of(new Surroundings(bad, home), "status", "--url", api.url(), "--token", FakeApi.TOKEN)
                        .exitCode())
                .isZero();
    }

    @Test
    void shouldNotShowTheContextsTokenToAnotherNode() throws IOException {
        Files.createDirectories(home.resolve(".local/state/penstock"));
        Files.writeString(
                home.resolve(".local/state/penstock/context.json"),
                "{\"url\":\"http://127.0.0.1:1\",\"token\":\"" + FakeApi.TOKEN + "\"}");

        assertThat(CliRun.of(home, "status", "--url", api.url()).exitCode()).isEqualTo(5);
        assertThat(api.asked()).isEmpty();
    }

    @Test
    void shouldReportAContextOfNoUse() throws IOException {
        Files.createDirectories(home.resolve(".local/state/penstock"));
        Files.writeString(home.resolve(".local/state/penstock/context.json"), "hunter2");

        CliRun run = CliRun.of(home, "status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("context.json").doesNotContain("hunter2");
    }
}
