package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes one answer, a piece at a time as the client takes it, so that a slow client holds no copy of a large answer in
 * buffers. One per answer, on its event loop.
 */
final class AnswerWriter {

    /** Large enough to fill a socket buffer, small enough that a piece comes from the allocator's caches. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ChannelHandlerContext context;
    private final Response response;
    private final boolean bodyless;
    private final Runnable written;
    private int piece;
    private int offset;
    private boolean headWritten;
    private boolean lastIssued;
    private boolean done;

    /** @param written called on the event loop once all bytes are with the operating system */
    AnswerWriter(ChannelHandlerContext context, Response response, boolean bodyless, Runnable written) {
        this.context = context;
        this.response = response;
        this.bodyless = bodyless;
        this.written = written;
    }

    Response response() {
        return response;
    }

    boolean done() {
        return done;
    }

    void writeHead(boolean keepAlive, boolean http11) {
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ").append(response.status()).append(' ').append(reason(response.status()));
        for (Headers.Header field : response.headers()) {
            head.append("\r\n").append(field.name()).append(": ").append(field.value());
        }
        head.append("\r\nDate: ").append(HTTP_DATE.format(Instant.now()));
        if (response.status() >= 200 && response.status() != 204) {
            head.append("\r\nContent-Length: ").append(response.bodyBytes());
        }
        if (response.status() >= 200 && !keepAlive) {
            head.append("\r\nConnection: close");
        } else if (!http11) {
            head.append("\r\nConnection: keep-alive");
        }
        head.append("\r\n\r\n");
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        long total = bytes.length + (bodyless ? 0 : response.bodyBytes());
        ByteBuf buffer = context.alloc().ioBuffer((int) Math.min(PIECE_BYTES, total));
        buffer.writeBytes(bytes);
        headWritten = true;
        fill(buffer);
        issue(buffer);
        pump();
    }

    /** Goes on writing while the client takes it. */
    void pump() {
        while (headWritten
                && !lastIssued
                && context.channel().isActive()
                && context.channel().isWritable()) {
            ByteBuf buffer = context.alloc().ioBuffer(PIECE_BYTES);
            fill(buffer);
            issue(buffer);
        }
        context.flush();
    }

    private void fill(ByteBuf buffer) {
        while (!exhausted() && buffer.readableBytes() < PIECE_BYTES) {
            byte[] bytes = response.body().get(piece);
            int count = Math.min(bytes.length - offset, PIECE_BYTES - buffer.readableBytes());
            buffer.writeBytes(bytes, offset, count);
            offset += count;
            if (offset == bytes.length) {
                piece++;
                offset = 0;
            }
        }
    }

    private boolean exhausted() {
        return bodyless || piece == response.body().size();
    }

    private void issue(ByteBuf buffer) {
        if (!exhausted()) {
            Ignored.outcome(context.write(buffer));
            return;
        }
        lastIssued = true;
        Ignored.outcome(context.write(buffer).addListener(result -> {
            if (result.isSuccess()) {
                done = true;
                written.run();
            }
        }));
    }

    private static String reason(int status) {
        return switch (status) {
            case 101 -> "Switching Protocols";
            case 200 -> "OK";
            case 201 -> "Created";
            case 204 -> "No Content";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 413 -> "Content Too Large";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            default -> "Status " + status;
        };
    }
}
