package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection in memory: bytes come in any pieces, and answers when the test gives them. */
class HttpConnectionTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: n\r\n\r\n";

    private final List<Request> requests = new ArrayList<>();
    private final Deque<Exchange> open = new ArrayDeque<>();
    private final HttpCounters counters = new HttpCounters();
    private final EmbeddedChannel channel = open();

    private EmbeddedChannel open() {
        RequestDecoder decoder = new RequestDecoder(HttpLimits.defaults());
        return new EmbeddedChannel(
                decoder,
                new HttpResponseEncoder(),
                new HttpConnection(decoder, new Collecting(), ProtocolSwitch.NONE, HttpLimits.defaults(), counters));
    }

    private final class Collecting implements RequestHandler {
        @Override
        public int maxBodyBytes(RequestHead head) {
            return 100;
        }

        @Override
        public void handle(Exchange exchange) {
            requests.add(exchange.request());
            open.add(exchange);
        }

        @Override
        public Response failed(Optional<RequestHead> head, HttpFailure failure) {
            return Response.text(
                    failure.problem().status(), "text/plain", failure.problem().name());
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertThat(counters.bufferedBodyBytes()).isZero();
        assertThat(counters.unsentAnswerBytes()).isZero();
    }

    private void send(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    private void sendByteByByte(String bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            send(bytes.substring(i, i + 1));
        }
    }

    private String answer() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
            text.append(piece.toString(StandardCharsets.ISO_8859_1));
            piece.release();
        }
        return text.toString();
    }

    private void reply() {
        open.remove().reply(Response.text(200, "text/plain", "ok"));
    }

    @Test
    void shouldKeepWhatASignatureCovers() {
        sendByteByByte("POST /a%2Fb/%c3%a4//c?x=%20&y HTTP/1.1\r\nHost: n\r\nX-Amz-Meta:  a  b\t\u00e4 \r\n"
                + "x-amz-meta:\r\nContent-LENGTH: 003\r\n\r\n{ }");

        assertThat(requests).hasSize(1);
        RequestHead head = requests.get(0).head();
        assertThat(head.rawPath()).isEqualTo("/a%2Fb/%c3%a4//c");
        assertThat(head.rawQuery()).isEqualTo("x=%20&y");
        assertThat(head.headers().fields())
                .containsExactly(
                        new Headers.Header("Host", "n"),
                        new Headers.Header("X-Amz-Meta", "a  b\t\u00e4"),
                        new Headers.Header("x-amz-meta", ""),
                        new Headers.Header("Content-LENGTH", "003"));
        assertThat(requests.get(0).body()).asString().isEqualTo("{ }");
    }

    static Stream<Arguments> valid() {
        String chunked = "POST /a HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: Chunked\r\n\r\n";
        return Stream.of(
                Arguments.of(GET, ""),
                Arguments.of("\r\n\r\n" + GET, ""),
                Arguments.of("GET http://n/a HTTP/1.1\r\nHost: n\r\n\r\n", ""),
                Arguments.of("POST /a HTTP/1.0\r\nContent-Length: 5\r\n\r\n\n x\r\n", "\n x\r\n"),
                Arguments.of(
                        chunked + "0a;b=\"c\"\r\n0123456789\r\n2\r\n\r\n\r\n000\r\nA: b\r\nC:d\r\n\r\n",
                        "0123456789\r\n"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void shouldTakeARequestInWhateverPiecesItComes(String request, String body) {
        for (int split = 0; split <= request.length(); split++) {
            send(request.substring(0, split));
            send(request.substring(split) + GET);

            assertThat(requests).as("cut at %s", split).hasSize(1);
            assertThat(requests.get(0).head().target()).isEqualTo("/a");
            assertThat(requests.get(0).body()).asString().isEqualTo(body);
            if (!requests.get(0).head().http11()) {
                return;
            }
            reply();
            assertThat(requests).as("the one behind, cut at %s", split).hasSize(2);
            reply();
            assertThat(answer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
            requests.clear();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.penstock.broker.http.MalformedRequestsTest#corpus")
    void shouldRefuseMalformedRequestsByteByByte(String name, String request) {
        sendByteByByte(request + GET);

        assertThat(answer())
                .as(name)
                .matches("(?s)HTTP/1\\.1 4\\d\\d .*Connection: close.*")
                .doesNotContain("200 OK");
        assertThat(requests).isEmpty();
    }

    @Test
    void shouldLeaveLaterRequestsUnreadWhileOneIsAnswered() {
        // given a request that is being answered, and three behind it, the last not complete
        send(GET + GET);
        send(GET + GET.substring(0, 20));
        assertThat(requests).hasSize(1);

        // when, then: each answer lets the next one in
        reply();
        assertThat(requests).hasSize(2);
        reply();
        assertThat(requests).hasSize(3);
        reply();
        assertThat(requests).hasSize(3);
        send(GET.substring(20));
        assertThat(requests).hasSize(4);
    }

    @Test
    void shouldStopReadingWhenTooMuchIsPipelined() {
        send(GET);
        send("x".repeat(64 * 1024));
        assertThat(channel.config().isAutoRead()).as("a hang-up has to be seen").isTrue();

        send("x");
        assertThat(channel.config().isAutoRead()).isFalse();

        reply();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(answer()).endsWith("TARGET_TOO_LONG");
    }

    @Test
    void shouldRefuseAChunkByItsSize() {
        send("POST /a HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + "x".repeat(64) + "\r\n25\r\n");

        assertThat(answer()).startsWith("HTTP/1.1 413 ");
        assertThat(requests).isEmpty();
    }

    @Test
    void shouldTakeABodyOfJustTheBound() {
        String chunk = "32\r\n" + "x".repeat(50) + "\r\n";
        send("POST /a HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n");

        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).body()).hasSize(100);
    }

    @Test
    void shouldCloseAConnectionWhoseAnswerCannotBeSent() {
        send(GET);

        open.remove().reply(Response.empty(200).with("Allow", "a\r\nSet-Cookie: b"));

        assertThat(channel.isOpen()).isFalse();
        assertThat(answer()).isEmpty();
    }
}
