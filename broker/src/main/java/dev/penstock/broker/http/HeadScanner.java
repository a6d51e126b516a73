package dev.penstock.broker.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds the end of a request's head in bytes that come in pieces, and holds the limits on its size, so that no more than
 * these is ever kept. Lines end with CR LF; a bare LF is refused, because others read it differently. One per request.
 */
final class HeadScanner {

    /** Empty lines before a request line are tolerated (RFC 9112, 2.2), but not an endless row of them. */
    private static final int MAX_LEADING_EMPTY_LINES = 2;

    private final HttpLimits limits;
    private final HttpCounters counters;
    private int scanned;
    private int lineStart;
    private int headerStart = -1;
    private int emptyLines;

    HeadScanner(HttpLimits limits, HttpCounters counters) {
        this.limits = limits;
        this.counters = counters;
    }

    /**
     * Looks at what came since the last call. Returns the length of the head including the empty line at its end, counted
     * from the reader index, or -1 if it is not complete yet. Nothing is consumed.
     */
    int scan(ByteBuf in) {
        int available = in.readableBytes();
        while (scanned < available) {
            int lineFeed = in.indexOf(in.readerIndex() + scanned, in.readerIndex() + available, (byte) '\n');
            int end = lineFeed < 0 ? available : lineFeed - in.readerIndex();
            checkSize(end);
            scanned = lineFeed < 0 ? available : end + 1;
            if (lineFeed >= 0 && endOfHead(in, end)) {
                return scanned;
            }
        }
        return -1;
    }

    private boolean endOfHead(ByteBuf in, int lineFeed) {
        if (lineFeed == lineStart || in.getByte(in.readerIndex() + lineFeed - 1) != '\r') {
            throw HttpFailure.malformed("expected lines that end with CR LF, but got a bare LF");
        }
        boolean empty = lineFeed - lineStart == 1;
        lineStart = lineFeed + 1;
        if (headerStart >= 0) {
            return empty;
        }
        if (!empty) {
            headerStart = lineStart;
        } else if (++emptyLines > MAX_LEADING_EMPTY_LINES) {
            throw HttpFailure.malformed("expected a request line, but got empty lines");
        }
        return false;
    }

    private void checkSize(int end) {
        if (headerStart < 0) {
            if (end - lineStart > limits.maxRequestLineBytes()) {
                counters.hit(HttpCounters.Limit.REQUEST_LINE);
                throw new HttpFailure(
                        Problem.TARGET_TOO_LONG,
                        "expected a request line of at most " + limits.maxRequestLineBytes() + " bytes");
            }
        } else if (end - headerStart > limits.maxHeaderBytes()) {
            counters.hit(HttpCounters.Limit.HEADER_BYTES);
            throw new HttpFailure(
                    Problem.HEADERS_TOO_LARGE,
                    "expected header fields of at most " + limits.maxHeaderBytes() + " bytes in all");
        }
    }
}
