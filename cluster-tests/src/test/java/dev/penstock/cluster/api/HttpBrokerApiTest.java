package dev.penstock.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shapes of the contract, as a canned server answers them. */
class HttpBrokerApiTest {
    private static final String EVENT = """
            {"id":"01J5BCFR8F8DBJDXAQ5YJPZ6VY","offset":"0000000000004711","action":"update",
             "record":{"id":42,"status":"größer","amount":"19.90","writer":7,"tx":3,"i":1},"changes":{},"unchanged":[],
             "metadata":{"stream":"main","database":"shop","schema":"public","table":"orders","key":{"id":42},
              "commit_lsn":"1/16B3748","commit_ordinal":1,"commit_timestamp":"2026-11-21T10:00:00.123456Z","xid":565}}""";

    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private BrokerApi api;
    private volatile int status = 200;
    private volatile String answer = "{}";

    HttpBrokerApiTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api = new HttpBrokerApi("http://127.0.0.1:" + server.getAddress().getPort(), "key.secret");
    }

    @BeforeEach
    void start() {
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
            exchange.getResponseHeaders().add("penstock-log-index", "77");
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void shouldReadMessagesWithTheBytesOfTheirEvents() throws Exception {
        answer = "{\"ack_results\":[],\"messages\":[{\"receipt\":\"r1\",\"delivery_count\":2,"
                + "\"first_delivered_at\":\"2026-11-21T10:00:00Z\",\"event\":" + EVENT + "},"
                + "{\"event\":" + EVENT + ",\"receipt\":\"r2\",\"delivery_count\":1}]}";

        BrokerApi.Received received = api.receive("workers", 10, Duration.ofSeconds(3));

        assertThat(requests.peek())
                .startsWith("POST /v1/groups/workers/receive Bearer key.secret")
                .contains("\"max\":10")
                .contains("\"wait\":\"3s\"");
        assertThat(received.logIndex()).isEqualTo(77);
        assertThat(received.messages()).extracting(BrokerApi.Message::receipt).containsExactly("r1", "r2");
        assertThat(received.messages())
                .extracting(BrokerApi.Message::deliveryCount)
                .containsExactly(2, 1);
        Event event = received.messages().get(0).event();
        assertThat(new String(event.bytes(), StandardCharsets.UTF_8)).isEqualTo(EVENT);
        assertThat(event.offset()).isEqualTo(4711);
        assertThat(event.action()).isEqualTo("update");
        assertThat(event.table()).isEqualTo("orders");
        assertThat(event.keyLong("id")).hasValue(42);
        assertThat(event.recordText("status")).isEqualTo("größer");
        assertThat(event.recordLong("amount")).isEmpty();
        assertThat(event.commitLsn()).isEqualTo(0x1_016B_3748L);
        assertThat(event.commitOrdinal()).isEqualTo(1);
        assertThat(event.commitTime()).isEqualTo(Instant.parse("2026-11-21T10:00:00.123456Z"));
        assertThat(event).isEqualTo(received.messages().get(1).event());
    }

    @Test
    void shouldReadAPageOfTheLog() throws Exception {
        answer = "{\"events\":[" + EVENT + "],\"next\":\"0000000000004712\"}";

        BrokerApi.Page page = api.events("main", 4711, 5, Duration.ZERO);

        assertThat(requests.peek()).startsWith("GET /v1/streams/main/events?offset=4711&limit=5&wait=0");
        assertThat(page.next()).isEqualTo(4712);
        assertThat(page.events()).hasSize(1);
    }

    @Test
    void shouldReadAcksAndTheCluster() throws Exception {
        answer = "{\"results\":[{\"ok\":true},{\"ok\":false,\"error\":\"LEASE_LOST\"}]}";
        assertThat(api.ack("workers", List.of("a", "b")).results()).containsExactly(true, false);

        answer = """
                {"cluster_id":"c","leader":null,"term":4,"nodes":[{"id":"n1","http":"http://127.0.0.1:7801","role":"down",
                 "term":4,"applied_index":9,"commit_index":9,"log_end_offset":"0000000000000012",
                 "digest":{"offset":"0000000000000012","value":"ab"}}],
                 "sources":[{"name":"main","state":"STREAMING","code":"ok","confirmed_lsn":"0/1","durable_lsn":"0/2",
                 "lag_bytes":5}]}""";
        BrokerApi.Cluster cluster = api.cluster();
        assertThat(cluster.leader()).isEmpty();
        assertThat(cluster.term()).isEqualTo(4);
        assertThat(cluster.logEndOffset()).isEqualTo(12);
        assertThat(cluster.nodes()).extracting(BrokerApi.Node::role).containsExactly("down");
        assertThat(cluster.sources()).extracting(BrokerApi.Source::lagBytes).containsExactly(5L);
    }

    @Test
    void shouldTellNoAnswerFromARefusal() {
        status = 503;
        assertThatThrownBy(() -> api.ack("workers", List.of("a"))).isInstanceOf(IOException.class);

        status = 404;
        answer = "{\"code\":\"unknown_group\"}";
        assertThatThrownBy(() -> api.ack("workers", List.of("a")))
                .isInstanceOfSatisfying(BrokerApi.RefusedException.class, e -> {
                    assertThat(e.status()).isEqualTo(404);
                    assertThat(e).hasMessageContaining("unknown_group");
                });

        server.stop(0);
        assertThatThrownBy(() -> api.cluster()).isInstanceOf(IOException.class);
    }
}
