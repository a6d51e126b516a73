package dev.penstock.broker.http;

/**
 * Request line and header fields.
 *
 * @param target the request target as sent: path and query, still percent-encoded
 * @param http11 false for HTTP/1.0
 */
public record RequestHead(String method, String target, boolean http11, Headers headers) {

    /** The path as sent, percent-encoded: what a signature covers. */
    public String rawPath() {
        int end = target.indexOf('?');
        return end < 0 ? target : target.substring(0, end);
    }

    /** The query as sent, without the question mark; empty if there is none. */
    public String rawQuery() {
        int start = target.indexOf('?');
        return start < 0 ? "" : target.substring(start + 1);
    }

    boolean keepsAlive() {
        if (headers.hasToken("Connection", "close")) {
            return false;
        }
        return http11 || headers.hasToken("Connection", "keep-alive");
    }
}
