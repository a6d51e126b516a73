package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams, cluster, health and metrics, over the wire. */
class StreamsApiTest {

    private static final String EVENTS = "/v1/streams/main/events";

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer get(String target) throws IOException {
        return client.call("GET", target, TestNode.ADMIN, "");
    }

    @Test
    void shouldDescribeStreams() throws IOException {
        node.log.append(3);
        String stream = "{\"name\":\"main\",\"earliest\":\"0000000000000000\",\"latest\":\"0000000000000003\","
                + "\"events\":3,\"bytes\":4711,\"retention\":null}";

        assertThat(get("/v1/streams").text()).isEqualTo("{\"streams\":[" + stream + "]}");
        assertThat(get("/v1/streams/main").text()).isEqualTo(stream);
        assertThat(get("/v1/streams/other").text()).contains("UNKNOWN_STREAM");
    }

    private RawClient.Answer patch(String stream, String body) throws IOException {
        return client.call("PATCH", "/v1/streams/" + stream, TestNode.ADMIN, body);
    }

    @Test
    void shouldSetAndLiftTheRetention() throws IOException {
        Events.open(node.stored);

        RawClient.Answer set =
                patch("main", "{\"retention\":{\"time\":\"7d\",\"bytes\":\"20GiB\",\"hold_bytes\":50000000000}}");
        RawClient.Answer bytesOnly = patch("main", "{\"retention\":{\"bytes\":1000}}");
        RawClient.Answer lifted = patch("main", "{\"retention\":null}");

        assertThat(set.status()).isEqualTo(200);
        assertThat(set.header("penstock-log-index")).isNotEmpty();
        assertThat(set.text())
                .contains("\"retention\":{\"time\":\"604800s\",\"bytes\":21474836480,\"hold_bytes\":50000000000}");
        assertThat(bytesOnly.text()).contains("\"retention\":{\"bytes\":1000,\"hold_bytes\":10737418240}");
        assertThat(lifted.text()).contains("\"retention\":null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"retention\":{}}",
                "{\"retention\":{\"time\":0}}",
                "{\"retention\":{\"hold_bytes\":9}}",
                "{\"retention\":{\"time\":\"7 days\"}}",
                "{\"retention\":{\"bytes\":-1}}",
                "{\"retention\":{\"bytes\":1.5}}",
                "{\"retention\":{\"bytes\":true}}",
                "{\"retention\":{\"bytes\":\"20 gigs\"}}",
                "{\"retention\":{\"time\":\"1d\",\"size\":3}}",
                "{\"retention\":\"7d\"}",
                "{\"retention\":{\"time\":\"1d\"},\"name\":\"x\"}",
                "{\"retention\":{\"time\":\"999999999d\"}}"
            })
    void shouldRefuseARetentionThatIsNone(String body) throws IOException {
        Events.open(node.stored);

        RawClient.Answer answer = patch("main", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("INVALID_REQUEST");
    }

    @Test
    void shouldRefuseARetentionOfAnUnknownStream() throws IOException {
        assertThat(patch("nothing", "{\"retention\":null}").status()).isEqualTo(404);
    }

    @Test
    void shouldReadTheLogInPages() throws IOException {
        node.log.append(5);

        RawClient.Answer first = get(EVENTS + "?limit=2");
        RawClient.Answer second = get(EVENTS + "?offset=0000000000000002&limit=2");
        RawClient.Answer third = get(EVENTS + "?offset=4");
        RawClient.Answer end = get(EVENTS + "?offset=5");

        assertThat(first.text())
                .startsWith("{\"events\":[{\"id\":\"e0\"")
                .contains("}},{\"id\":\"e1\"")
                .endsWith("],\"next\":\"0000000000000002\"}");
        assertThat(second.text()).contains("\"e2\"", "\"e3\"").endsWith("\"next\":\"0000000000000004\"}");
        assertThat(third.text()).contains("\"e4\"").endsWith("\"next\":\"0000000000000005\"}");
        assertThat(end.text()).isEqualTo("{\"events\":[],\"next\":\"0000000000000005\"}");
    }

    @Test
    void shouldSayWhatIsLeftBelowTheEarliest() throws IOException {
        node.log.append(5);
        node.log.trimTo(3);

        RawClient.Answer answer = get(EVENTS + "?offset=0");

        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.text())
                .contains("\"code\":\"OFFSET_TRIMMED\"")
                .contains("\"earliest\":\"0000000000000003\"", "\"latest\":\"0000000000000005\"");
        assertThat(get(EVENTS).text()).as("no offset means the earliest").contains("\"e3\"");
    }

    @Test
    void shouldWaitForEventsBeyondItsEnd() throws IOException {
        node.log.append(1);
        client.send(RawClient.request("GET", EVENTS + "?offset=3&wait=10s", TestNode.ADMIN, ""));

        // given growth that does not reach the offset, and then growth that does
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        node.log.append(1);
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        node.log.append(2);

        assertThat(client.answer().text())
                .contains("\"events\":[{\"id\":\"e3\"")
                .endsWith("\"next\":\"0000000000000004\"}");
    }

    @Test
    void shouldAnswerAnEmptyPageWhenTheWaitIsOver() throws IOException {
        assertThat(get(EVENTS + "?wait=0.2").text()).isEqualTo("{\"events\":[],\"next\":\"0000000000000000\"}");
        assertThat(get(EVENTS + "?offset=9&wait=100ms").text())
                .isEqualTo("{\"events\":[],\"next\":\"0000000000000009\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?offset=-1",
                "?offset=x",
                "?offset=",
                "?limit=0",
                "?limit=1001",
                "?limit=x",
                "?wait=61s",
                "?wait=x",
                "?wait=-1",
                "?ofset=1",
                "?offset=1&offset=2",
                "?offset=%zz"
            })
    void shouldRefuseWhatIsNotValid(String query) throws IOException {
        RawClient.Answer answer = get(EVENTS + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("INVALID_REQUEST");
    }

    @Test
    void shouldReportTheCluster() throws IOException {
        assertThat(get("/v1/cluster").text())
                .isEqualTo("{\"cluster_id\":\"c-1\",\"leader\":\"n1\",\"term\":3,\"nodes\":[{\"id\":\"n1\","
                        + "\"http\":\"http://127.0.0.1:7801\",\"role\":\"leader\",\"term\":3,\"applied_index\":120,"
                        + "\"commit_index\":121,\"log_end_offset\":\"0000000000004711\","
                        + "\"digest\":{\"offset\":\"0000000000004700\",\"value\":\"00ff\"}}],\"sources\":[{"
                        + "\"name\":\"main\",\"state\":\"streaming\",\"code\":\"ok\",\"confirmed_lsn\":\"0/16B3748\","
                        + "\"durable_lsn\":\"0/16B3750\",\"lag_bytes\":8}]}");
    }

    @Test
    void shouldAnswerProbesAndMetrics() throws IOException {
        assertThat(get("/health/live").text()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(get("/health/ready").text())
                .isEqualTo("{\"status\":\"ok\",\"checks\":[{\"name\":\"leader\",\"ok\":true,\"code\":\"ok\","
                        + "\"detail\":\"n1 leads\"}]}");
        RawClient.Answer sources = get("/health/sources");
        assertThat(sources.status()).isEqualTo(503);
        assertThat(sources.text()).contains("\"status\":\"failing\"", "SLOT_LOST");
        RawClient.Answer metrics = get("/metrics");
        assertThat(metrics.text()).isEqualTo("penstock_up 1\n");
        assertThat(metrics.header("content-type")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void shouldStayOnThisNodeForReads() throws IOException {
        // given a follower without a leader
        node.leader.leaderless();
        node.log.append(1);

        assertThat(get(EVENTS).status()).isEqualTo(200);
        assertThat(get("/v1/streams").status()).isEqualTo(200);
        assertThat(get("/v1/cluster").status()).isEqualTo(200);
        assertThat(get("/metrics").status()).isEqualTo(200);
    }
}
