package dev.penstock.cluster.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A Postgres that runs anyway, by its URL. Immutable. */
public final class GivenServer implements PostgresServer {
    private static final int DEFAULT_PORT = 5432;

    private final String url;
    private final URI uri;

    /** @param url {@code postgresql://user:password@host:port/database}; the user must be a superuser */
    public GivenServer(String url) {
        this.url = url;
        try {
            this.uri = new URI(url);
        } catch (URISyntaxException e) {
            throw unusable();
        }
        boolean scheme = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        if (!scheme
                || uri.getHost() == null
                || uri.getPath() == null
                || uri.getPath().length() < 2) {
            throw unusable();
        }
    }

    private static IllegalArgumentException unusable() {
        return new IllegalArgumentException(
                "the Postgres URL must have the form postgresql://user:password@host:port/database");
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public String jdbcUrl() {
        StringBuilder jdbc = new StringBuilder("jdbc:postgresql://").append(place());
        char separator = '?';
        String query = uri.getRawQuery();
        if (query != null) {
            jdbc.append('?').append(query);
            separator = '&';
        }
        String userInfo = uri.getUserInfo();
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
            jdbc.append(separator).append("user=").append(encoded(user));
            if (colon >= 0) {
                jdbc.append("&password=").append(encoded(userInfo.substring(colon + 1)));
            }
        }
        return jdbc.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String place() {
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        return uri.getHost() + ":" + port + uri.getRawPath();
    }

    @Override
    public String urlFor(String role) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return "postgresql://" + role + "@" + place() + query;
    }

    @Override
    public void stop() {
        // Not ours.
    }
}
