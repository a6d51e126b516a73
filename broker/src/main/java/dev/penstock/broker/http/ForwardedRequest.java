package dev.penstock.broker.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A request on its way from the node that got it to the leader: raw, as it came, with the identity that was established.
 *
 * @param remainingMillis until its deadline
 */
record ForwardedRequest(Request request, String requestId, Identity identity, long remainingMillis) {

    /** Nodes of different versions talk during an upgrade: what changes here gets a new number. */
    private static final int VERSION = 2;

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + request.body().length);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(remainingMillis);
            out.writeUTF(requestId);
            out.writeUTF(identity.keyId());
            out.writeShort(identity.permissions().size());
            for (Permission permission : identity.permissions()) {
                out.writeUTF(permission.toString());
            }
            out.writeBoolean(request.secure());
            out.writeUTF(request.method());
            out.writeUTF(request.head().target());
            out.writeBoolean(request.head().http11());
            writeHeaders(out, request.headers().fields());
            out.writeInt(request.body().length);
            out.write(request.body());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** Throws {@link IllegalArgumentException} on anything but what {@link #encode} makes. */
    static ForwardedRequest decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "expected a forwarded request of version " + VERSION + ", but got " + version);
            }
            long remaining = in.readLong();
            String requestId = in.readUTF();
            String keyId = in.readUTF();
            Set<Permission> permissions = new HashSet<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                permissions.add(Permission.parse(in.readUTF()));
            }
            boolean secure = in.readBoolean();
            String method = in.readUTF();
            String target = in.readUTF();
            boolean http11 = in.readBoolean();
            RequestHead head = new RequestHead(method, target, http11, new Headers(readHeaders(in)));
            Request request = new Request(head, readBody(in), secure);
            return new ForwardedRequest(request, requestId, new Identity(keyId, permissions), remaining);
        } catch (IOException e) {
            throw new IllegalArgumentException("a forwarded request is cut short", e);
        }
    }

    static void writeHeaders(DataOutputStream out, List<Headers.Header> fields) throws IOException {
        out.writeShort(fields.size());
        for (Headers.Header field : fields) {
            out.writeUTF(field.name());
            byte[] value = field.value().getBytes(StandardCharsets.ISO_8859_1);
            out.writeInt(value.length);
            out.write(value);
        }
    }

    static List<Headers.Header> readHeaders(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<Headers.Header> fields = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            fields.add(new Headers.Header(name, new String(readBody(in), StandardCharsets.ISO_8859_1)));
        }
        return fields;
    }

    static byte[] readBody(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IllegalArgumentException("expected " + in.available() + " bytes at most, but got " + length);
        }
        return in.readNBytes(length);
    }
}
