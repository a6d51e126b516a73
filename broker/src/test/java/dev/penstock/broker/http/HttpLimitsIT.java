package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.http.HttpCounters.Limit;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit has an answer and a counter. */
class HttpLimitsIT {

    private static final HttpLimits SHORT = HttpLimits.defaults()
            .withTimes(Duration.ofMillis(150), Duration.ofMillis(150), Duration.ofMillis(400), Duration.ofMillis(400));

    private @Nullable TestNode node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private TestNode start(HttpLimits limits) throws IOException {
        TestNode started = TestNode.start(limits);
        node = started;
        return started;
    }

    @Test
    void shouldHaveTheContractsDefaults() {
        HttpLimits limits = HttpLimits.defaults();

        assertThat(limits.maxRequestLineBytes()).isEqualTo(8 * 1024);
        assertThat(limits.maxHeaderBytes()).isEqualTo(16 * 1024);
        assertThat(limits.maxBodyBytes()).isEqualTo(2 * 1024 * 1024);
        assertThat(limits.maxBatchBodyBytes()).isEqualTo(8 * 1024 * 1024);
        assertThat(limits.maxConnections()).isEqualTo(2_000);
        assertThat(limits.maxConnectionsPerAddress()).isEqualTo(200);
        assertThat(limits.headerDeadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(limits.bodyDeadline()).isEqualTo(Duration.ofSeconds(15));
        assertThat(limits.idle()).isEqualTo(Duration.ofSeconds(60));
        assertThat(limits.writeStall()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void shouldRefuseALongRequestLine() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            client.send("GET /" + "a".repeat(9_000));

            assertThat(client.answer().status()).isEqualTo(414);
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.REQUEST_LINE)).isEqualTo(1);
    }

    @Test
    void shouldRefuseALargeHeader() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: n\r\nA: " + "a".repeat(17_000));

            assertThat(client.answer().status()).isEqualTo(431);
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.HEADER_BYTES)).isEqualTo(1);
    }

    @Test
    void shouldTakeAHeaderJustBelowTheLimit() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: n\r\nA: " + "a".repeat(16_000) + "\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldRefuseABodyByItsLengthBeforeReadingIt() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            client.send("POST /v1/groups HTTP/1.1\r\nHost: n\r\nContent-Length: " + (2 * 1024 * 1024 + 1) + "\r\n\r\n");

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("BODY_TOO_LARGE");
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.BODY_BYTES)).isEqualTo(1);
    }

    @Test
    void shouldRefuseALargeBodyInTheProtocolThatAsked() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: n\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: "
                    + (2 * 1024 * 1024 + 1) + "\r\n\r\n");

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("__type");
            assertThat(answer.header("x-amzn-requestid")).isNotEmpty();
        }
    }

    @Test
    void shouldRefuseAChunkedBodyThatGrowsTooLarge() throws IOException {
        TestNode started = start(HttpLimits.defaults());
        try (RawClient client = started.connect()) {
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            client.send("POST /v1/groups HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(32)
                    + "1\r\n");

            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(client.rest()).isEmpty();
        }
        await().untilAsserted(
                        () -> assertThat(started.counters.bufferedBodyBytes()).isZero());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/groups/orders/ack", "/v1/groups/orders/nack", "/v1/groups/orders/receive"})
    void shouldTakeLargerBodiesWhereReceiptsTravel(String path) throws IOException {
        TestNode started = start(HttpLimits.defaults());
        started.groups.with("orders", GroupConfig.Ordering.NONE);
        try (RawClient client = started.connect()) {
            String filler = " ".repeat(7 * 1024 * 1024);

            RawClient.Answer answer = client.call("POST", path, TestNode.ADMIN, "{" + filler + "}");

            assertThat(answer.status()).isIn(200, 400);
        }
    }

    @Test
    void shouldEndAHeaderThatDrips() throws IOException {
        TestNode started = start(SHORT);
        try (RawClient client = started.connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: n\r\n");

            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.HEADER_DEADLINE)).isEqualTo(1);
    }

    @Test
    void shouldEndABodyThatDrips() throws IOException {
        TestNode started = start(SHORT);
        try (RawClient client = started.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: n\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
                    + "Content-Length: 100\r\n\r\n{");

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("x-amzn-query-error")).isEqualTo("RequestTimeout;Sender");
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.BODY_DEADLINE)).isEqualTo(1);
    }

    @Test
    void shouldCloseAnIdleConnection() throws IOException {
        TestNode started = start(SHORT);
        try (RawClient client = started.connect()) {
            assertThat(client.rest()).isEmpty();
        }
        assertThat(started.counters.hits(Limit.IDLE)).isEqualTo(1);
    }

    @Test
    void shouldLetALongPollStandLongerThanTheIdleTime() throws IOException {
        TestNode started = start(SHORT);
        started.groups.with("orders", GroupConfig.Ordering.NONE);
        try (RawClient client = started.connect()) {
            RawClient.Answer answer =
                    client.call("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{\"wait\":\"800ms\"}");

            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void shouldCloseAConnectionWhoseClientTakesNothing() throws IOException {
        TestNode started = start(SHORT);
        started.log.append(1_000);
        try (RawClient client = started.connect()) {
            // More than all buffers on the way hold; the client reads none of it.
            client.socket().setReceiveBufferSize(4_096);
            client.send(RawClient.request("GET", "/v1/streams/main/events?limit=1000", TestNode.ADMIN, "")
                    .repeat(200));

            await().atMost(Duration.ofSeconds(8))
                    .untilAsserted(() ->
                            assertThat(started.counters.hits(Limit.WRITE_STALL)).isEqualTo(1));
        }
        await().untilAsserted(
                        () -> assertThat(started.counters.unsentAnswerBytes()).isZero());
    }

    @Test
    void shouldTurnAwayConnectionsAboveTheLimitOfTheirAddress() throws IOException {
        TestNode started = start(HttpLimits.defaults().withConnections(10, 3, 10));
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                RawClient client = started.connect();
                clients.add(client);
                assertThat(client.call("GET", "/health/live", "", "").status()).isEqualTo(200);
            }

            try (RawClient client = started.connect()) {
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("retry-after")).isEqualTo("1");
                assertThat(client.rest()).isEmpty();
            }
            assertThat(started.counters.hits(Limit.CONNECTIONS_PER_ADDRESS)).isEqualTo(1);

            // when one leaves, there is room
            clients.remove(0).close();
            await().until(() -> started.counters.openConnections() == 2);
            try (RawClient client = started.connect()) {
                assertThat(client.call("GET", "/health/live", "", "").status()).isEqualTo(200);
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldTurnAwayConnectionsAboveTheLimitOfAll() throws IOException {
        TestNode started = start(HttpLimits.defaults().withConnections(1, 3, 10));
        try (RawClient first = started.connect()) {
            assertThat(first.call("GET", "/health/live", "", "").status()).isEqualTo(200);

            try (RawClient second = started.connect()) {
                assertThat(second.answer().status()).isEqualTo(503);
            }
        }
        assertThat(started.counters.hits(Limit.CONNECTIONS)).isEqualTo(1);
    }

    @Test
    void shouldCountMembersApart() throws IOException {
        TestNode started = new TestNode(
                "n1",
                new FakeGroups(),
                HttpLimits.defaults().withConnections(1, 1, 2),
                Set.of(InetAddress.getLoopbackAddress()));
        node = started;
        try (RawClient first = started.connect();
                RawClient second = started.connect()) {
            assertThat(first.call("GET", "/health/live", "", "").status()).isEqualTo(200);
            assertThat(second.call("GET", "/health/live", "", "").status()).isEqualTo(200);

            try (RawClient third = started.connect()) {
                assertThat(third.answer().status()).isEqualTo(503);
            }
        }
        assertThat(started.counters.hits(Limit.PEER_CONNECTIONS)).isEqualTo(1);
    }

    @Test
    void shouldSayWhenThePortIsTaken() throws IOException {
        TestNode started = start(HttpLimits.defaults());

        assertThatThrownBy(() -> {
                    try (var loops = new dev.penstock.broker.http.peer.EventLoops(1)) {
                        HttpServer.start(
                                loops,
                                new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), started.port()),
                                HttpLimits.defaults(),
                                new HttpCounters(),
                                new ConnectionGate(HttpLimits.defaults(), new HttpCounters(), Set.of()),
                                started.router,
                                ProtocolSwitch.NONE,
                                Optional.empty());
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on");
    }
}
