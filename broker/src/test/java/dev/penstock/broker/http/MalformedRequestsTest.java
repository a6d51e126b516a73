package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are not well-formed, each with a second, valid one behind it: one 4xx, the end of the connection, never a
 * second answer (which would be a smuggled request), and no message taken.
 */
class MalformedRequestsTest {

    private static final String SMUGGLED = RawClient.request("POST", "/v1/groups/orders/receive", TestNode.ADMIN, "{}");

    private static TestNode node;

    @BeforeAll
    static void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.NONE).add("orders", 10);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    static Stream<Arguments> corpus() {
        String post = "POST /v1/groups/orders/receive HTTP/1.1\r\nHost: n\r\nAuthorization: " + TestNode.ADMIN + "\r\n";
        return Stream.of(
                bad("no request line", "\r\n\r\n\r\n\r\n"),
                bad("garbage", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"),
                bad("no version", "GET /health/live\r\nHost: n\r\n\r\n"),
                bad("HTTP/0.9 style", "GET /health/live\r\n\r\n"),
                bad("HTTP/2.0", "GET /health/live HTTP/2.0\r\nHost: n\r\n\r\n"),
                bad("HTTP/1.2", "GET /health/live HTTP/1.2\r\nHost: n\r\n\r\n"),
                bad("lower-case version", "GET /health/live http/1.1\r\nHost: n\r\n\r\n"),
                bad("two blanks", "GET  /health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("tab as separator", "GET\t/health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("vertical tab as separator", "GET\u000b/health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("bare CR as separator", "GET\r/health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("bare CR before the request line", "\rGET /health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("bare LF before the request line", "\nGET /health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("blank in the target", "GET /health/ live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("blank at the end of the line", "GET /health/live HTTP/1.1 \r\nHost: n\r\n\r\n"),
                bad("blank before the method", " GET /health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("method that is no token", "G(E)T /health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("target without a slash", "GET health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("authority form", "CONNECT n:7800 HTTP/1.1\r\nHost: n:7800\r\n\r\n"),
                bad("NUL in the target", "GET /health/\u0000live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("raw non-ASCII target", "GET /health/l\u00efve HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("fragment", "GET /health/live#x HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("other host in the target", "GET http://m/health/live HTTP/1.1\r\nHost: n\r\n\r\n"),
                bad("no Host", "GET /health/live HTTP/1.1\r\nAccept: a\r\n\r\n"),
                bad("two Hosts", "GET /health/live HTTP/1.1\r\nHost: n\r\nHost: n\r\n\r\n"),
                bad("empty Host", "GET /health/live HTTP/1.1\r\nHost:\r\n\r\n"),
                bad("Host with a path", "GET /health/live HTTP/1.1\r\nHost: n/x\r\n\r\n"),
                bad("bare LF after the request line", "GET /health/live HTTP/1.1\nHost: n\r\n\r\n"),
                bad("bare LF after a field", "GET /health/live HTTP/1.1\r\nHost: n\nA: b\r\n\r\n"),
                bad("bare CR in a value", "GET /health/live HTTP/1.1\r\nHost: n\r\nA: b\rc\r\n\r\n"),
                bad("NUL in a value", "GET /health/live HTTP/1.1\r\nHost: n\r\nA: b\u0000c\r\n\r\n"),
                bad("field without a colon", "GET /health/live HTTP/1.1\r\nHost: n\r\nAccept\r\n\r\n"),
                bad("blank before the colon", "GET /health/live HTTP/1.1\r\nHost: n\r\nAccept : a\r\n\r\n"),
                bad("empty name", "GET /health/live HTTP/1.1\r\nHost: n\r\n: a\r\n\r\n"),
                bad("folded line", "GET /health/live HTTP/1.1\r\nHost: n\r\nA: b\r\n c\r\n\r\n"),
                bad("line folded with a tab", "GET /health/live HTTP/1.1\r\nHost: n\r\nA: b\r\nC: d\r\n\te\r\n\r\n"),
                bad(
                        "body of a WebSocket draft",
                        post.replace("POST", "GET") + "Sec-WebSocket-Key1: a\r\n"
                                + "Sec-WebSocket-Key2: b\r\n\r\n12345678"),
                bad("too many fields", "GET /health/live HTTP/1.1\r\nHost: n\r\n" + "A:\r\n".repeat(100) + "\r\n"),
                bad("blank before the first field", "GET /health/live HTTP/1.1\r\n Host: n\r\n\r\n"),
                bad("length and coding", post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                bad("coding and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
                bad("two equal lengths", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
                bad(
                        "two lengths in HTTP/1.0",
                        post.replace("1.1", "1.0") + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                bad("two lengths in one field", post + "Content-Length: 2, 2\r\n\r\n{}"),
                bad("length with a plus", post + "Content-Length: +2\r\n\r\n{}"),
                bad("negative length", post + "Content-Length: -2\r\n\r\n{}"),
                bad("hexadecimal length", post + "Content-Length: 0x2\r\n\r\n{}"),
                bad("endless length", post + "Content-Length: 99999999999999999999\r\n\r\n{}"),
                bad("empty length", post + "Content-Length:\r\n\r\n{}"),
                bad("two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                bad("coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                bad("coding and a comma", post + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
                bad("unknown coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                bad("obscured coding", post + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
                bad("coding in HTTP/1.0", post.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                bad("size that is not hexadecimal", post + "Transfer-Encoding: chunked\r\n\r\ng\r\n{}\r\n0\r\n\r\n"),
                bad("size with 0x", post + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n"),
                bad("negative size", post + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"),
                bad("overflowing size", post + "Transfer-Encoding: chunked\r\n\r\n100000002\r\n{}\r\n0\r\n\r\n"),
                bad("blank after the size", post + "Transfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n"),
                bad("chunk longer than its size", post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
                bad("bare LF after the size", post + "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n"),
                bad("bare CR in an extension", post + "Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n"),
                bad("bare LF after a chunk", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n"),
                bad(
                        "trailer with a folded line",
                        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n c\r\n\r\n"),
                bad(
                        "trailer with two lengths",
                        post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 2\r\n"
                                + "Content-Length: 2\r\n\r\n"),
                bad("folded trailer", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n folded\r\n\r\n"),
                bad("unknown expectation", post + "Expect: payment\r\nContent-Length: 2\r\n\r\n{}"));
    }

    private static Arguments bad(String name, String request) {
        return Arguments.of(name, request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void shouldAnswerOnceAndClose(String name, String request) throws IOException {
        int receives = node.groups.receives.get();
        try (RawClient client = node.connect()) {
            client.send(request + SMUGGLED);

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).as(name).isBetween(400, 499);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(client.rest()).as("nothing after the answer").isEmpty();
        }
        assertThat(node.groups.receives.get()).as("no request came through").isEqualTo(receives);
        assertThat(node.groups.leased("orders")).isZero();
    }

    @Test
    void shouldRefuseInTheProtocolThatAsked() throws IOException {
        try (RawClient client = node.connect()) {
            String sqs = RawClient.sqsRequest("ReceiveMessage", TestNode.ADMIN, "{}");

            client.send(sqs.replace("\r\nContent-Length", "\r\nTransfer-Encoding: chunked\r\nContent-Length"));

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("__type");
        }
    }
}
