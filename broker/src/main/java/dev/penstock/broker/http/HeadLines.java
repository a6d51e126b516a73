package dev.penstock.broker.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What Netty forgives in the lines of a head and nobody can see behind it, because it has put it right by then: more than one
 * blank, or a tab, in the request line, folded fields, any number of empty lines before. Two programs could read these in two
 * ways. One per request; looks at the bytes before Netty takes them, and takes none but leading empty lines.
 */
final class HeadLines {

    /** Empty lines before a request line are tolerated (RFC 9112, 2.2), but not an endless row of them. */
    private static final int MAX_LEADING_EMPTY_LINES = 2;

    /** A target is of visible ASCII, without a fragment. */
    private static final Pattern REQUEST_LINE = Pattern.compile("[!-~]++ [!-\"$-~]++ HTTP/1\\.[01]\r");

    private int emptyLines;
    private boolean inFields;

    /**
     * Looks at the lines that are complete, from the reader index on, up to the end of the head.
     *
     * @param in begins with a line that was not looked at before: Netty takes whole lines
     * @return false if Netty is to wait for more bytes: it would take half an empty line
     */
    boolean check(ByteBuf in) {
        int start = in.readerIndex();
        for (int end = endOfLine(in, start); end >= 0; end = endOfLine(in, start)) {
            boolean empty = end - start == 1 && in.getByte(start) == '\r';
            if (!inFields && empty) {
                if (++emptyLines > MAX_LEADING_EMPTY_LINES) {
                    throw HttpFailure.malformed("expected a request line, but got empty lines");
                }
                in.readerIndex(end + 1);
            } else if (!inFields) {
                if (!REQUEST_LINE
                        .matcher(in.toString(start, end - start, StandardCharsets.ISO_8859_1))
                        .matches()) {
                    throw HttpFailure.malformed("expected a request line of method, target (visible ASCII, other"
                            + " characters as %XX) and HTTP/1.1, one blank between them, ended by CR LF");
                }
                inFields = true;
            } else if (empty) {
                return true;
            } else {
                checkNotFolded(in.getByte(start));
            }
            start = end + 1;
        }
        if (!inFields && in.isReadable() && in.getByte(start) == '\r') {
            if (in.readableBytes() > 1) {
                throw HttpFailure.malformed("expected lines that end with CR LF, but got a bare CR");
            }
            return false;
        }
        return true;
    }

    /** The same for trailer fields: lines that are complete, from the reader index on. */
    static void checkTrailers(ByteBuf in) {
        int start = in.readerIndex();
        for (int end = endOfLine(in, start); end - start > 1; end = endOfLine(in, start)) {
            checkNotFolded(in.getByte(start));
            start = end + 1;
        }
    }

    private static int endOfLine(ByteBuf in, int start) {
        return in.indexOf(start, in.writerIndex(), (byte) '\n');
    }

    private static void checkNotFolded(byte first) {
        if (first == ' ' || first == '\t') {
            throw HttpFailure.malformed("expected header fields as 'name: value', not folded");
        }
    }
}
