package dev.penstock.broker.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * Receives one request's body, of a given length or chunked, up to a bound. A length above the bound is refused before a
 * byte is read. Memory grows with what has arrived, not with what was announced. One per request, on its event loop.
 */
final class BodyReader implements AutoCloseable {

    private static final byte[] EMPTY = new byte[0];
    private static final int FIRST_ALLOCATION = 16 * 1024;

    /** Longest line of a chunk's size with its extensions, and of all trailer fields together. */
    private static final int MAX_CHUNK_LINE = 256;

    private static final int MAX_TRAILERS = 4096;

    private enum State {
        FIXED,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILERS,
        DONE
    }

    private final int maxBytes;
    private final HttpLimits limits;
    private final HttpCounters counters;
    private State state;
    private long remaining;
    private int trailerBytes;
    private byte[] body = EMPTY;
    private int length;

    BodyReader(RequestHead head, int maxBytes, HttpLimits limits, HttpCounters counters) {
        this.maxBytes = maxBytes;
        this.limits = limits;
        this.counters = counters;
        List<String> lengths = head.headers().all("Content-Length");
        List<String> codings = head.headers().all("Transfer-Encoding");
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty() || codings.size() > 1 || !head.http11()) {
                throw HttpFailure.malformed("expected either one Content-Length or one Transfer-Encoding");
            }
            if (!codings.get(0).equalsIgnoreCase("chunked")) {
                throw HttpFailure.malformed("expected no Transfer-Encoding but chunked");
            }
            state = State.CHUNK_SIZE;
        } else {
            remaining = lengths.isEmpty() ? 0 : contentLength(lengths);
            checkTotal(remaining);
            state = remaining == 0 ? State.DONE : State.FIXED;
        }
    }

    private static long contentLength(List<String> values) {
        String text = values.get(0);
        // 18 digits fit a long; the bound on the body follows.
        boolean digits = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (values.size() > 1 || !digits) {
            throw HttpFailure.malformed("expected one Content-Length, a decimal number");
        }
        return Long.parseLong(text);
    }

    boolean done() {
        return state == State.DONE;
    }

    /** The body; only when {@link #done()}. */
    byte[] body() {
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    /** Consumes what belongs to this body; true once it is complete. */
    boolean read(ByteBuf in) {
        boolean progress = true;
        while (state != State.DONE && progress && in.isReadable()) {
            progress = switch (state) {
                case FIXED -> {
                    take(in);
                    yield finishIfTaken(State.DONE);
                }
                case CHUNK_DATA -> {
                    take(in);
                    yield finishIfTaken(State.CHUNK_END);
                }
                case CHUNK_SIZE -> chunkSize(in);
                case CHUNK_END -> chunkEnd(in);
                case TRAILERS -> trailer(in);
                case DONE -> false;
            };
        }
        return done();
    }

    private boolean finishIfTaken(State next) {
        if (remaining == 0) {
            state = next;
        }
        return true;
    }

    private void take(ByteBuf in) {
        int bytes = (int) Math.min(remaining, in.readableBytes());
        if (length + bytes > body.length) {
            int wanted = Math.max(Math.max(length + bytes, FIRST_ALLOCATION), body.length * 2);
            int bound = state == State.FIXED ? (int) Math.min(maxBytes, length + remaining) : maxBytes;
            grow(Math.max(length + bytes, Math.min(wanted, bound)));
        }
        in.readBytes(body, length, bytes);
        length += bytes;
        remaining -= bytes;
    }

    private void grow(int capacity) {
        long buffered = counters.addBufferedBodyBytes(capacity - body.length);
        body = Arrays.copyOf(body, capacity);
        if (buffered > limits.maxBufferedBodyBytes() && capacity > FIRST_ALLOCATION) {
            counters.hit(HttpCounters.Limit.BUFFERED_BODIES);
            throw new HttpFailure(Problem.OVERLOADED, "too many bytes of request bodies are on their way; come again");
        }
    }

    private boolean chunkSize(ByteBuf in) {
        String line = line(in, MAX_CHUNK_LINE);
        if (line.isEmpty()) {
            return false;
        }
        String size = line.substring(0, line.length() - 2);
        int extension = size.indexOf(';');
        if (extension >= 0) {
            checkExtension(size.substring(extension));
            size = size.substring(0, extension);
        }
        boolean hex = !size.isEmpty()
                && size.length() <= 8
                && size.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
        if (!hex) {
            throw HttpFailure.malformed("expected the size of a chunk in hexadecimal");
        }
        remaining = Long.parseLong(size, 16);
        checkTotal(length + remaining);
        state = remaining == 0 ? State.TRAILERS : State.CHUNK_DATA;
        return true;
    }

    private static void checkExtension(String extension) {
        if (extension.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            throw HttpFailure.malformed("expected chunk extensions without control characters");
        }
    }

    private boolean chunkEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw HttpFailure.malformed("expected CR LF after the bytes of a chunk");
        }
        state = State.CHUNK_SIZE;
        return true;
    }

    private boolean trailer(ByteBuf in) {
        String line = line(in, MAX_TRAILERS);
        if (line.isEmpty()) {
            return false;
        }
        trailerBytes += line.length();
        if (trailerBytes > MAX_TRAILERS) {
            throw HttpFailure.malformed("expected trailer fields of at most " + MAX_TRAILERS + " bytes");
        }
        if (line.length() == 2) {
            state = State.DONE;
        } else if (line.indexOf(':') < 1 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
            throw HttpFailure.malformed("expected trailer fields as 'name: value'");
        }
        return true;
    }

    /** The next line with its CR LF, or an empty text if it is not complete yet. */
    private static String line(ByteBuf in, int maxBytes) {
        int lineFeed = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int bytes = lineFeed < 0 ? in.readableBytes() : lineFeed + 1 - in.readerIndex();
        if (bytes > maxBytes) {
            throw HttpFailure.malformed("expected a line of at most " + maxBytes + " bytes in a chunked body");
        }
        if (lineFeed < 0) {
            return "";
        }
        String line = in.readCharSequence(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
                .toString();
        if (!line.endsWith("\r\n") || line.indexOf('\r') != line.length() - 2) {
            throw HttpFailure.malformed("expected lines that end with CR LF in a chunked body");
        }
        return line;
    }

    private void checkTotal(long bytes) {
        if (bytes > maxBytes) {
            counters.hit(HttpCounters.Limit.BODY_BYTES);
            throw new HttpFailure(Problem.BODY_TOO_LARGE, "expected a body of at most " + maxBytes + " bytes");
        }
    }

    /** Gives back the reserved bytes; call it when the request is done with, whatever its end. */
    @Override
    public void close() {
        counters.addBufferedBodyBytes(-body.length);
        body = EMPTY;
        length = 0;
    }
}
