package dev.penstock.broker.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Parses a request's head, strictly: what two programs could read in two ways is refused (no folded lines, no blank before
 * the colon, one blank between the parts of the request line, exactly one Host). Stateless.
 */
final class HeadParser {

    /** The header limit in bytes allows thousands of empty fields; no real client sends a hundred. */
    private static final int MAX_FIELDS = 100;

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    private HeadParser() {}

    /** @param bytes the head with the empty line at its end; lines end with CR LF (the scanner saw to it) */
    static RequestHead parse(byte[] bytes) {
        // ISO-8859-1 keeps every byte: a signature covers the values as they were sent.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int start = 0;
        while (text.startsWith("\r\n", start)) {
            start += 2;
        }
        int lineEnd = text.indexOf("\r\n", start);
        String[] parts = text.substring(start, lineEnd).split(" ", -1);
        if (parts.length != 3) {
            throw HttpFailure.malformed(
                    "expected a request line of method, target and version, one blank between them");
        }
        boolean http11 = version(parts[2]);
        if (!isToken(parts[0])) {
            throw HttpFailure.malformed("expected a method such as GET");
        }
        Headers headers = fields(text, lineEnd + 2);
        checkHost(headers, http11);
        return new RequestHead(parts[0], target(parts[0], parts[1], headers), http11, headers);
    }

    private static boolean version(String version) {
        return switch (version) {
            case "HTTP/1.1" -> true;
            case "HTTP/1.0" -> false;
            default -> throw HttpFailure.malformed("expected HTTP/1.1");
        };
    }

    private static String target(String method, String target, Headers headers) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c > '~' || c == '#') {
                throw HttpFailure.malformed("expected a request target of visible ASCII, other characters as %XX");
            }
        }
        if (target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS"))) {
            return target;
        }
        String lower = target.toLowerCase(Locale.ROOT);
        int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
        if (scheme < 0) {
            throw HttpFailure.malformed("expected a request target that begins with '/'");
        }
        int path = target.indexOf('/', scheme);
        String authority = path < 0 ? target.substring(scheme) : target.substring(scheme, path);
        if (!authority.equalsIgnoreCase(headers.first("Host").orElse(authority))) {
            throw HttpFailure.malformed("expected the same host in the request target and in the Host field");
        }
        return path < 0 ? "/" : target.substring(path);
    }

    private static Headers fields(String text, int from) {
        List<Headers.Header> fields = new ArrayList<>();
        int start = from;
        while (!text.startsWith("\r\n", start)) {
            int end = text.indexOf("\r\n", start);
            fields.add(field(text.substring(start, end)));
            if (fields.size() > MAX_FIELDS) {
                throw new HttpFailure(Problem.HEADERS_TOO_LARGE, "expected at most " + MAX_FIELDS + " header fields");
            }
            start = end + 2;
        }
        return new Headers(fields);
    }

    private static Headers.Header field(String line) {
        int colon = line.indexOf(':');
        if (colon < 1 || !isToken(line.substring(0, colon))) {
            throw HttpFailure.malformed("expected header fields as 'name: value', unfolded, no blank before the colon");
        }
        String value = line.substring(colon + 1);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw HttpFailure.malformed("expected header values without control characters");
            }
        }
        return new Headers.Header(line.substring(0, colon), withoutBlanksAround(value));
    }

    private static String withoutBlanksAround(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static void checkHost(Headers headers, boolean http11) {
        List<String> hosts = headers.all("Host");
        if (hosts.size() > 1 || (hosts.isEmpty() && http11)) {
            throw HttpFailure.malformed("expected exactly one Host field, but got " + hosts.size());
        }
        for (String host : hosts) {
            // Echoed in queue URLs, so nothing but what a host and a port consist of.
            if (host.isEmpty() || host.length() > 255 || !host.chars().allMatch(HeadParser::isHostCharacter)) {
                throw HttpFailure.malformed("expected a Host field such as 'host:port'");
            }
        }
    }

    private static boolean isHostCharacter(int c) {
        return isAlphanumeric(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> isAlphanumeric(c) || TOKEN_SYMBOLS.indexOf(c) >= 0);
    }
}
