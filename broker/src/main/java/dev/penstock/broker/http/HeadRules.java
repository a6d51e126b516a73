package dev.penstock.broker.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What this server asks of a head beyond what Netty's decoder does: one Host, one way to say how long the body is. Stateless. */
final class HeadRules {

    /** The header limit in bytes allows thousands of empty fields; no real client sends a hundred. */
    private static final int MAX_FIELDS = 100;

    private HeadRules() {}

    /** The head as sent, also of a request that cannot be decoded: as far as Netty came. Nothing is checked. */
    static RequestHead read(HttpRequest request) {
        List<Headers.Header> fields = new ArrayList<>(request.headers().size());
        for (Map.Entry<String, String> field : request.headers().entries()) {
            fields.add(new Headers.Header(field.getKey(), field.getValue()));
        }
        return new RequestHead(
                request.method().name(),
                request.uri(),
                request.protocolVersion().equals(HttpVersion.HTTP_1_1),
                new Headers(fields));
    }

    /** The head with its target as path and query; throws {@link HttpFailure} if it breaks a rule. */
    static RequestHead check(RequestHead head) {
        Headers headers = head.headers();
        if (headers.fields().size() > MAX_FIELDS) {
            throw new HttpFailure(Problem.HEADERS_TOO_LARGE, "expected at most " + MAX_FIELDS + " header fields");
        }
        checkHost(headers, head.http11());
        List<String> codings = headers.all("Transfer-Encoding");
        // Netty takes other codings before chunked, and hands their bytes on as they are.
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"))) {
            throw HttpFailure.malformed("expected no Transfer-Encoding but chunked");
        }
        // With it Netty takes eight bytes for a body that nothing announces (a draft of WebSocket, before its RFC).
        if (headers.first("Sec-WebSocket-Key1").isPresent()) {
            throw HttpFailure.malformed("expected no Sec-WebSocket-Key1: WebSocket is spoken as in RFC 6455");
        }
        return new RequestHead(head.method(), target(head), head.http11(), headers);
    }

    private static String target(RequestHead head) {
        String target = head.target();
        if (target.startsWith("/") || (target.equals("*") && head.method().equals("OPTIONS"))) {
            return target;
        }
        String lower = target.toLowerCase(Locale.ROOT);
        int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
        if (scheme < 0) {
            throw HttpFailure.malformed("expected a request target that begins with '/'");
        }
        int path = target.indexOf('/', scheme);
        String authority = path < 0 ? target.substring(scheme) : target.substring(scheme, path);
        if (!authority.equalsIgnoreCase(head.headers().first("Host").orElse(authority))) {
            throw HttpFailure.malformed("expected the same host in the request target and in the Host field");
        }
        return path < 0 ? "/" : target.substring(path);
    }

    private static void checkHost(Headers headers, boolean http11) {
        List<String> hosts = headers.all("Host");
        if (hosts.size() > 1 || (hosts.isEmpty() && http11)) {
            throw HttpFailure.malformed("expected exactly one Host field, but got " + hosts.size());
        }
        for (String host : hosts) {
            // Echoed in queue URLs, so nothing but what a host and a port consist of.
            if (host.isEmpty() || host.length() > 255 || !host.chars().allMatch(HeadRules::isHostCharacter)) {
                throw HttpFailure.malformed("expected a Host field such as 'host:port'");
            }
        }
    }

    private static boolean isHostCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || ".-_:[]".indexOf(c) >= 0;
    }
}
