package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server over real sockets: keep-alive, order, hang-ups. */
class HttpServerIT {

    private TestNode node;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.NONE);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void shouldAnswerSeveralRequestsOnOneConnection() throws IOException {
        try (RawClient client = node.connect()) {
            for (int i = 0; i < 3; i++) {
                RawClient.Answer answer = client.call("GET", "/v1/streams", TestNode.ADMIN, "");

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).contains("\"name\":\"main\"");
                assertThat(answer.header("date")).endsWith("GMT");
            }
        }
    }

    @Test
    void shouldAnswerPipelinedRequestsInTheirOrder() throws IOException {
        // given a slow request before two fast ones, in one write
        try (RawClient client = node.connect()) {
            client.send(RawClient.request("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{\"wait\":\"300ms\"}")
                    + RawClient.request("GET", "/health/live", TestNode.ADMIN, "")
                    + RawClient.request("GET", "/v1/groups/unknown", TestNode.ADMIN, ""));

            // when, then
            assertThat(client.answer().text()).isEqualTo("{\"messages\":[]}");
            assertThat(client.answer().text()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(client.answer().status()).isEqualTo(404);
        }
    }

    @Test
    void shouldTakeManyPipelinedRequestsInOneWrite() throws IOException {
        try (RawClient client = node.connect()) {
            String one = RawClient.request("GET", "/health/live", TestNode.ADMIN, "");

            client.send(one.repeat(2_000));

            for (int i = 0; i < 2_000; i++) {
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void shouldReadChunkedBodies() throws IOException {
        try (RawClient client = node.connect()) {
            client.send("POST /v1/groups/orders/receive HTTP/1.1\r\nHost: n\r\nAuthorization: " + TestNode.ADMIN
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n{\"ma\r\n5\r\nx\":5}\r\n0\r\nTrailer: t\r\n\r\n");

            assertThat(client.answer().text()).isEqualTo("{\"messages\":[]}");
        }
    }

    @Test
    void shouldInviteABodyThatWaitsForIt() throws IOException {
        try (RawClient client = node.connect()) {
            client.send("POST /v1/groups/orders/receive HTTP/1.1\r\nHost: n\r\nAuthorization: " + TestNode.ADMIN
                    + "\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(100);

            assertThat(client.send("{}").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldCloseWhenAsked() throws IOException {
        try (RawClient client = node.connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n");

            RawClient.Answer answer = client.answer();

            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldSendNoBodyForHead() throws IOException {
        try (RawClient client = node.connect()) {
            client.send("HEAD /health/live HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n");

            String all = client.rest();

            assertThat(all)
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("Content-Length: 15")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void shouldServeLargeAnswersWhole() throws IOException {
        // given more than the socket's buffers hold
        node.log.append(1_000);
        try (RawClient client = node.connect()) {
            String one = RawClient.request("GET", "/v1/streams/main/events?limit=1000", TestNode.ADMIN, "");
            client.send(one.repeat(50));

            for (int i = 0; i < 50; i++) {
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).endsWith("\"next\":\"0000000000001000\"}");
            }
        }
    }

    @Test
    void shouldTakeNoMessageForAClientThatHungUpInALongPoll() throws IOException {
        // given a long poll whose client goes
        try (RawClient client = node.connect()) {
            client.send(RawClient.request("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{\"wait\":\"20s\"}"));
            await().until(() -> node.groups.waiting("orders") == 1);
        }

        // when a message comes after
        await().atMost(Duration.ofSeconds(5)).until(() -> node.groups.cancelled.get() == 1);
        node.groups.add("orders", 1);

        // then it is there for the next
        assertThat(node.groups.leased("orders")).isZero();
        try (RawClient client = node.connect()) {
            assertThat(client.call("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{}")
                            .text())
                    .contains("\"delivery_count\":1");
        }
        assertThat(node.counters.clientsGone()).isEqualTo(1);
    }

    @Test
    void shouldGiveBackMessagesOfAnAnswerThatIsTooOld() throws IOException {
        // given messages granted 16 s ago under a lease of 30 s
        node.groups.add("orders", 3);
        node.groups.grantAgeNanos = Duration.ofSeconds(16).toNanos();
        try (RawClient client = node.connect()) {
            RawClient.Answer answer = client.call("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{\"max\":3}");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("ANSWER_TOO_LATE");
            assertThat(answer.header("retry-after")).isEqualTo("1");
        }
        assertThat(node.groups.released.get()).isEqualTo(3);
        assertThat(node.groups.leased("orders")).isZero();
    }
}
