package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts a request together from what the decoder hands on, within the limits; what breaks one is thrown as
 * {@link HttpFailure}. One per connection, on its event loop.
 */
final class RequestReceiver {

    private final RequestDecoder decoder;
    private final RequestHandler handler;
    private final HttpLimits limits;
    private final HttpCounters counters;

    private @Nullable RequestHead head;
    private @Nullable RequestBody body;
    private long bodyStartNanos;

    RequestReceiver(RequestDecoder decoder, RequestHandler handler, HttpLimits limits, HttpCounters counters) {
        this.decoder = decoder;
        this.handler = handler;
        this.limits = limits;
        this.counters = counters;
    }

    /** The request, with the message that makes it whole. One message may be all there is of it. */
    Optional<Request> take(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            begin(context, request);
        }
        RequestHead received = head;
        RequestBody receiving = body;
        if (received == null || receiving == null) {
            return Optional.empty();
        }
        if (message instanceof RequestDecoder.ChunkAnnounced chunk) {
            receiving.expect(chunk.bytes());
        } else if (message instanceof HttpContent content) {
            RequestDecoder.check(content, limits);
            receiving.add(content.content());
        }
        if (!(message instanceof LastHttpContent)) {
            return Optional.empty();
        }
        boolean secure = context.pipeline().get(SslHandler.class) != null;
        return Optional.of(new Request(received, receiving.bytes(), secure));
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        RequestHead sent = HeadRules.read(request);
        // Before it is checked: a refusal is told in the protocol that the request speaks.
        head = sent;
        RequestDecoder.check(request, limits);
        RequestHead checked = HeadRules.check(sent);
        head = checked;
        body = new RequestBody(
                HttpUtil.getContentLength(request, -1L), handler.maxBodyBytes(checked), limits, counters);
        bodyStartNanos = System.nanoTime();
        Optional<String> expect = checked.headers().first("Expect");
        if (expect.isPresent() && !expect.get().equalsIgnoreCase("100-continue")) {
            throw new HttpFailure(Problem.EXPECTATION_FAILED, "expected no expectation but 100-continue");
        }
        if (expect.isPresent() && checked.http11() && decoder.awaitsBody()) {
            Ignored.outcome(context.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER)));
        }
    }

    /** The head of the request that is on its way or being answered; also of one that is refused, if it got so far. */
    Optional<RequestHead> head() {
        return Optional.ofNullable(head);
    }

    /** Whether no byte of a request is here. */
    boolean isIdle() {
        return body == null && decoder.headAgeNanos() < 0;
    }

    /** Throws {@link HttpFailure} if head or body takes longer than its deadline. */
    void checkDeadlines() {
        if (body != null) {
            long age = System.nanoTime() - bodyStartNanos;
            checkDeadline(age, "body", limits.bodyDeadline(), HttpCounters.Limit.BODY_DEADLINE);
        } else {
            checkDeadline(
                    decoder.headAgeNanos(), "header", limits.headerDeadline(), HttpCounters.Limit.HEADER_DEADLINE);
        }
    }

    private void checkDeadline(long ageNanos, String part, Duration deadline, HttpCounters.Limit limit) {
        if (ageNanos > deadline.toNanos()) {
            counters.hit(limit);
            throw new HttpFailure(
                    Problem.REQUEST_TIMEOUT, "expected the whole " + part + " within " + deadline.toMillis() + " ms");
        }
    }

    /** Forgets the request, when it is done with, whatever its end. */
    void release() {
        if (body != null) {
            body.close();
        }
        body = null;
        head = null;
    }
}
