package dev.penstock.broker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * One request's body as it arrives, up to a bound that is known before its first byte. Memory grows with what has arrived,
 * not with what was announced. One per request, on its event loop.
 */
final class RequestBody implements AutoCloseable {

    /** What each request may take whatever the others hold: small ones pass a node that is full of large ones. */
    private static final int ALWAYS_BYTES = 16 * 1024;

    private final int maxBytes;
    private final HttpLimits limits;
    private final HttpCounters counters;
    private final ByteBuf bytes;

    /** @param contentLength negative if it is not known */
    RequestBody(long contentLength, int maxBytes, HttpLimits limits, HttpCounters counters) {
        this.maxBytes = maxBytes;
        this.limits = limits;
        this.counters = counters;
        bytes = Unpooled.buffer(0, contentLength < 0 ? maxBytes : (int) Math.min(contentLength, maxBytes));
        expect(contentLength);
    }

    /** Refuses what would be too much before it comes. */
    void expect(long more) {
        if (bytes.readableBytes() + more > maxBytes) {
            throw new HttpFailure(Problem.BODY_TOO_LARGE, "expected a body of at most " + maxBytes + " bytes");
        }
    }

    void add(ByteBuf piece) {
        expect(piece.readableBytes());
        int before = bytes.capacity();
        bytes.ensureWritable(piece.readableBytes());
        long buffered = counters.addBufferedBodyBytes(bytes.capacity() - before);
        if (buffered > limits.maxBufferedBodyBytes() && bytes.capacity() > ALWAYS_BYTES) {
            throw new HttpFailure(Problem.OVERLOADED, "too many bytes of request bodies are on their way; come again");
        }
        bytes.writeBytes(piece);
    }

    boolean isEmpty() {
        return !bytes.isReadable();
    }

    /** What has arrived; the array is not copied if it is full. */
    byte[] bytes() {
        return ByteBufUtil.getBytes(bytes, 0, bytes.readableBytes(), false);
    }

    /** Gives back the reserved bytes; call it once, when the request is done with, whatever its end. */
    @Override
    public void close() {
        counters.addBufferedBodyBytes(-bytes.capacity());
    }
}
