package dev.penstock.broker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Netty's parser of requests, as strict as it can be made, and one request at a time: after each it leaves what follows
 * unread until {@link #next}. One per connection, on its event loop.
 */
final class RequestDecoder extends HttpRequestDecoder {

    /** Bytes of pipelined requests that are kept while one is being answered; beyond, the socket is not read. */
    private static final int MAX_PIPELINED_BYTES = 64 * 1024;

    /** The largest piece of a body handed on at once: as much as one read of the socket brings. */
    private static final int MAX_PIECE_BYTES = 64 * 1024;

    /** Handed on when the size of a chunk has come and none of its bytes: Netty keeps it to itself until then. */
    record ChunkAnnounced(long bytes) {}

    private enum State {
        HEAD,
        BODY,
        TRAILERS,
        /** A request is complete; what follows waits. */
        HELD,
        /** Nothing more is wanted of this connection. */
        DROPPING
    }

    private State state = State.HEAD;
    private HeadLines lines = new HeadLines();
    private int contentLengths;
    private boolean headBegun;
    private long headStartNanos;
    private boolean reading;

    RequestDecoder(HttpLimits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxRequestLineBytes())
                .setMaxHeaderSize(limits.maxHeaderBytes())
                .setMaxChunkSize(MAX_PIECE_BYTES)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setValidateHeaders(true));
    }

    /** Goes on to the request behind the one that has been answered. */
    void next(ChannelPipeline pipeline) {
        state = State.HEAD;
        lines = new HeadLines();
        contentLengths = 0;
        // Within channelRead Netty goes on by itself.
        if (!reading && actualReadableBytes() > 0) {
            pipeline.fireChannelRead(Unpooled.EMPTY_BUFFER);
        }
    }

    /** From now on all bytes are dropped. */
    void drop() {
        state = State.DROPPING;
    }

    /** How long ago the first byte of a head came that is not complete; -1 if there is none. */
    long headAgeNanos() {
        return headBegun ? System.nanoTime() - headStartNanos : -1;
    }

    /** Whether the head announced a body of which nothing is here yet. */
    boolean awaitsBody() {
        return state == State.BODY && actualReadableBytes() == 0;
    }

    /** Throws {@link HttpFailure} if the message is one that could not be decoded. */
    static void check(HttpObject message, HttpLimits limits) {
        Throwable cause = message.decoderResult().cause();
        if (cause instanceof HttpFailure failure) {
            throw failure;
        }
        if (cause instanceof TooLongHttpLineException && message instanceof HttpRequest) {
            throw new HttpFailure(
                    Problem.TARGET_TOO_LONG,
                    "expected a request line of at most " + limits.maxRequestLineBytes() + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            throw new HttpFailure(
                    Problem.HEADERS_TOO_LARGE,
                    "expected header fields of at most " + limits.maxHeaderBytes() + " bytes in all");
        }
        if (cause != null) {
            throw HttpFailure.malformed(
                    "expected HTTP/1.1 as in RFC 9112; " + HttpFailure.shown(String.valueOf(cause.getMessage())));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        reading = true;
        try {
            super.channelRead(context, message);
        } finally {
            reading = false;
        }
        if (state == State.HELD && actualReadableBytes() > MAX_PIPELINED_BYTES) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (state == State.HELD) {
            // Netty would ask the socket for more, because it made no request of what came.
            context.fireChannelReadComplete();
        } else {
            super.channelReadComplete(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        try {
            switch (state) {
                case HEAD -> head(context, in, out);
                case BODY -> body(context, in, out);
                case TRAILERS -> {
                    HeadLines.checkTrailers(in);
                    super.decode(context, in, out);
                }
                case HELD -> {}
                case DROPPING -> in.skipBytes(in.readableBytes());
            }
        } catch (HttpFailure failure) {
            HttpMessage refused = createInvalidMessage();
            refused.setDecoderResult(DecoderResult.failure(failure));
            in.skipBytes(in.readableBytes());
            out.add(refused);
        }
        if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent) {
            state = State.HELD;
        }
    }

    private void head(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!headBegun) {
            headBegun = true;
            headStartNanos = System.nanoTime();
        }
        if (!lines.check(in)) {
            return;
        }
        super.decode(context, in, out);
        if (!out.isEmpty()) {
            headBegun = false;
            state = State.BODY;
        }
    }

    private void body(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int from = in.readerIndex();
        super.decode(context, in, out);
        int taken = in.readerIndex() - from;
        // What is taken without a message is the size of a chunk, or the CR LF behind one.
        if (out.isEmpty() && taken > 2) {
            String size = in.toString(from, taken, StandardCharsets.US_ASCII).split("[^0-9A-Fa-f]", 2)[0];
            long bytes = Long.parseLong(size, 16);
            state = bytes == 0 ? State.TRAILERS : State.BODY;
            out.add(new ChunkAnnounced(bytes));
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        // Of several Netty takes the first in HTTP/1.0, and leaves only that one.
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) && ++contentLengths > 1) {
            throw HttpFailure.malformed("expected one Content-Length, a decimal number");
        }
        return name;
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        // The connection has ended: nobody is there for the answer to half a request.
    }
}
