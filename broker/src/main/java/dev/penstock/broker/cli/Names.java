package dev.penstock.broker.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names of streams and groups as parts of a path. */
final class Names {

    private Names() {}

    static String inPath(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
