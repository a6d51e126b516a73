package dev.penstock.broker.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port, as {@code host:port} or {@code [ipv6]:port}. Names are not resolved here: they may mean something
 * else tomorrow.
 *
 * @param host name or address, without brackets
 */
public record Address(String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([A-Za-z0-9._-]+|\\*)):([1-9][0-9]{0,4})");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");
    private static final int MAX_PORT = 65_535;

    /** Throws {@link IllegalArgumentException} if the text is not one. */
    public static Address parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not host:port");
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port > MAX_PORT) {
            throw new IllegalArgumentException("port above " + MAX_PORT);
        }
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return new Address(host.equals("*") ? "0.0.0.0" : host, port);
    }

    /** True if only this machine can reach it. A name other than localhost counts as reachable. */
    public boolean isLoopback() {
        return host.equalsIgnoreCase("localhost")
                || LOOPBACK_V4.matcher(host).matches()
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1");
    }

    /** True if it stands for all interfaces, so that nobody can be told to connect to it. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
