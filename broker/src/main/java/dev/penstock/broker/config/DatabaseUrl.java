package dev.penstock.broker.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a Postgres database is: {@code postgresql://user@host:port/database?sslmode=…}. Never holds a password.
 *
 * @param parameters those of PgJDBC that do not disturb replication, as {@code name=value}, encoded as in the file
 */
public record DatabaseUrl(String user, String host, int port, String database, List<String> parameters) {

    private static final int DEFAULT_PORT = 5432;
    private static final Pattern HOST_PORT =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([1-9][0-9]{0,4}))?");

    /** The others are set by the replicator itself, or change how rows are decoded. */
    private static final Set<String> PARAMETERS = Set.of(
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "sslNegotiation",
            "channelBinding",
            "gssEncMode",
            "connectTimeout",
            "targetServerType");

    public DatabaseUrl {
        parameters = List.copyOf(parameters);
    }

    /** Throws {@link IllegalArgumentException} whose message says what is wrong and never repeats a password. */
    public static DatabaseUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it has a character that a URL can only have percent-encoded", e);
        }
        if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
            throw new IllegalArgumentException("it does not begin with postgresql://");
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        // Not URI.getHost(): that knows no host with an underscore, as container names have it.
        Matcher place = HOST_PORT.matcher(authority.substring(at + 1));
        if (!place.matches()) {
            throw new IllegalArgumentException("it names no single host (host or host:port)");
        }
        if (at < 1) {
            throw new IllegalArgumentException("it names no user");
        }
        if (authority.lastIndexOf(':', at) >= 0) {
            throw new IllegalArgumentException("it holds a password; move that to 'password: {env: NAME}'");
        }
        String path = uri.getRawPath();
        if (path == null || path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException("it names no database");
        }
        return new DatabaseUrl(
                decoded(authority.substring(0, at)),
                place.group(1).replaceAll("[\\[\\]]", ""),
                place.group(2) == null ? DEFAULT_PORT : Integer.parseInt(place.group(2)),
                decoded(path.substring(1)),
                parameters(uri.getRawQuery()));
    }

    private static List<String> parameters(@Nullable String query) {
        List<String> parameters = new ArrayList<>();
        if (query == null) {
            return parameters;
        }
        for (String parameter : query.split("&", -1)) {
            String name = parameter.substring(0, Math.max(0, parameter.indexOf('=')));
            if (!PARAMETERS.contains(name)) {
                throw new IllegalArgumentException(
                        "it has the parameter " + Problems.seen(name) + ", but may have only "
                                + String.join(", ", PARAMETERS.stream().sorted().toList()));
            }
            parameters.add(parameter);
        }
        return parameters;
    }

    /** For PgJDBC: without user and password. */
    public String jdbcUrl() {
        return "jdbc:" + location();
    }

    /** For people: with the user, without parameters. */
    @Override
    public String toString() {
        return "postgresql://" + encoded(user) + "@" + bracketed() + ":" + port + "/" + encoded(database);
    }

    private String location() {
        String query = parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
        return "postgresql://" + bracketed() + ":" + port + "/" + encoded(database) + query;
    }

    private String bracketed() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
