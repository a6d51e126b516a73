package dev.penstock.broker.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** What the leader, or who was thought to be it, says to a forwarded request. */
sealed interface ForwardedAnswer {

    /**
     * The client's answer, to be relayed as it is.
     *
     * @param grantedAfterNanos with messages: how long after the request's arrival they were granted; else -1
     * @param sendWithinNanos with messages: how old they may get before they are sent
     */
    record Answer(Response response, long grantedAfterNanos, long sendWithinNanos) implements ForwardedAnswer {}

    /** It does not lead; nothing was done. */
    record NotLeader() implements ForwardedAnswer {}

    /** The command went into the log and its outcome is not known. */
    record Unknown(String detail) implements ForwardedAnswer {}

    int VERSION = 1;

    default byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            if (this instanceof Answer answer) {
                out.writeByte(1);
                write(out, answer);
            } else if (this instanceof Unknown unknown) {
                out.writeByte(3);
                out.writeUTF(unknown.detail());
            } else {
                out.writeByte(2);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Answer answer) throws IOException {
        Response response = answer.response();
        out.writeShort(response.status());
        ForwardedRequest.writeHeaders(out, response.headers());
        out.writeLong(answer.grantedAfterNanos());
        out.writeLong(answer.sendWithinNanos());
        out.writeInt(Math.toIntExact(response.bodyBytes()));
        for (byte[] piece : response.body()) {
            out.write(piece);
        }
    }

    /** Throws {@link IllegalArgumentException} on anything but what {@link #encode} makes. */
    static ForwardedAnswer decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            int kind = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("expected a forwarded answer of version 1, but got " + version);
            }
            return switch (kind) {
                case 1 -> readAnswer(in);
                case 2 -> new NotLeader();
                case 3 -> new Unknown(in.readUTF());
                default -> throw new IllegalArgumentException("expected an answer kind 1 to 3, but got " + kind);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("a forwarded answer is cut short", e);
        }
    }

    private static Answer readAnswer(DataInputStream in) throws IOException {
        int status = in.readUnsignedShort();
        List<Headers.Header> headers = ForwardedRequest.readHeaders(in);
        long grantedAfter = in.readLong();
        long sendWithin = in.readLong();
        byte[] body = ForwardedRequest.readBody(in);
        return new Answer(new Response(status, headers, List.of(body), Optional.empty()), grantedAfter, sendWithin);
    }
}
