package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes one answer through Netty's encoder, a piece at a time as the client takes it, so that a slow client holds no copy of
 * a large answer in buffers. One per answer, on its event loop.
 */
final class AnswerWriter {

    /** Large enough to fill a socket buffer, small enough that a piece comes from the allocator's caches. */
    private static final int PIECE_BYTES = 64 * 1024;

    /** RFC 9110, 5.6.7; the JDK's RFC_1123_DATE_TIME leaves out the zero of a day below ten. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ChannelHandlerContext context;
    private final Response response;
    private final ByteBuf rest;
    private final HttpCounters counters;
    private final Runnable written;
    private final boolean tls;
    private final StallWatch stall = new StallWatch();
    private boolean lastIssued;
    private boolean done;

    /**
     * @param bodyless the answer to HEAD
     * @param written called on the event loop once all bytes are with the operating system
     */
    AnswerWriter(
            ChannelHandlerContext context,
            Response response,
            boolean bodyless,
            HttpCounters counters,
            Runnable written) {
        this.context = context;
        this.response = response;
        this.rest = bodyless
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(response.body().toArray(byte[][]::new));
        this.counters = counters;
        this.written = written;
        this.tls = context.pipeline().get(SslHandler.class) != null;
        counters.addUnsentAnswerBytes(response.bodyBytes());
    }

    /** Call it once, when the answer is written or never will be: then its messages are given back. */
    void end() {
        counters.addUnsentAnswerBytes(-response.bodyBytes());
        if (!done) {
            response.giveBack(counters);
        }
    }

    /** Whether it is no use to go on: the client takes nothing, or what it takes is too old. */
    boolean isHopeless(Duration stallBound) {
        boolean stalled = stall.stalled(context.channel(), stallBound);
        if (stalled) {
            counters.hit(HttpCounters.Limit.WRITE_STALL);
        }
        return stalled || response.tooLate();
    }

    /** Throws {@link IllegalArgumentException} if a header field cannot be sent; nothing is written then. */
    void start(boolean keepAlive, boolean http11) {
        HttpResponse head =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        HttpHeaders fields = head.headers();
        for (Headers.Header field : response.headers()) {
            fields.add(field.name(), field.value());
        }
        fields.set("Date", HTTP_DATE.format(Instant.now()));
        if (response.status() >= 200 && response.status() != 204) {
            fields.set("Content-Length", response.bodyBytes());
        }
        if (response.status() >= 200 && !keepAlive) {
            fields.set("Connection", "close");
        } else if (!http11) {
            fields.set("Connection", "keep-alive");
        }
        Ignored.outcome(context.write(head));
        pump();
    }

    /** Goes on writing while the client takes it. */
    void pump() {
        while (!lastIssued && context.channel().isWritable()) {
            ByteBuf piece = rest.readRetainedSlice(Math.min(PIECE_BYTES, rest.readableBytes()));
            if (rest.isReadable()) {
                Ignored.outcome(context.write(new DefaultHttpContent(piece)));
                if (tls) {
                    // Until it is flushed TLS keeps it to itself, and the connection would look writable for ever.
                    context.flush();
                }
            } else {
                lastIssued = true;
                Ignored.outcome(context.write(new DefaultLastHttpContent(piece)).addListener(result -> {
                    if (result.isSuccess()) {
                        done = true;
                        written.run();
                    } else {
                        Ignored.outcome(context.close());
                    }
                }));
            }
        }
        context.flush();
    }
}
