package dev.penstock.broker.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends any bytes and reads answers one by one. */
public final class RawClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    public record Answer(int status, Map<String, String> headers, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    private final Socket socket;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** A request with a body, authorised as told, and its answer. */
    public Answer call(String method, String target, String authorization, String body) throws IOException {
        return send(request(method, target, authorization, body)).answer();
    }

    public static String request(String method, String target, String authorization, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return method + " " + target + " HTTP/1.1\r\nHost: node:7800\r\nAuthorization: " + authorization
                + "\r\nContent-Length: " + bytes.length + "\r\n\r\n" + new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** An SQS operation, authorised as told. */
    public Answer sqs(String operation, String authorization, String body) throws IOException {
        return send(sqsRequest(operation, authorization, body)).answer();
    }

    public static String sqsRequest(String operation, String authorization, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String authorizationLine = authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n";
        return "POST / HTTP/1.1\r\nHost: node:7800\r\n" + authorizationLine + "X-Amz-Target: AmazonSQS." + operation
                + "\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: " + bytes.length + "\r\n\r\n"
                + new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The next answer; interim ones (100) are answers too. */
    public Answer answer() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException(
                        "the connection ended in a head: '" + head.toString(StandardCharsets.ISO_8859_1) + "'");
            }
            head.write(next);
        }
        String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("the connection ended in a body");
        }
        return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, body);
    }

    /** What else comes until the server closes; fails if it does not within ten seconds. */
    public String rest() throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException open) {
            throw new IOException("expected the server to close the connection, but it is open", open);
        } catch (SocketException reset) {
            return "";
        }
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
