package dev.penstock.broker.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** All routes. Immutable. */
final class RouteTable {

    private static final String TARGET_HEADER = "X-Amz-Target";

    private record Line(Route route, PathPattern pattern) {}

    private final List<Route> routes;
    private final Map<String, Route> byTarget = new HashMap<>();
    private final List<Line> byPath = new ArrayList<>();
    private final Set<String> firstSegments = new TreeSet<>();

    RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Set<String> names = new TreeSet<>();
        for (Route route : routes) {
            if (!names.add(route.name())) {
                throw new IllegalArgumentException("two routes are named '" + route.name() + "'");
            }
            if (route.method().isEmpty()) {
                byTarget.put(route.path().toLowerCase(Locale.ROOT), route);
            } else {
                byPath.add(new Line(route, new PathPattern(route.path())));
                firstSegments.add(firstSegment(route.path()));
            }
        }
    }

    List<Route> routes() {
        return routes;
    }

    /** Whether the path belongs to the native API, known or not: no other protocol is looked for there. */
    boolean isNative(RequestHead head) {
        return firstSegments.contains(firstSegment(head.rawPath()));
    }

    private static String firstSegment(String path) {
        int end = path.indexOf('/', 1);
        return end < 0 ? path : path.substring(0, end);
    }

    /** A request that names a target is an operation of AWS JSON, whatever its path. */
    static Optional<String> target(RequestHead head) {
        return head.method().equals("POST") ? head.headers().first(TARGET_HEADER) : Optional.empty();
    }

    Optional<Route.Match> match(RequestHead head) {
        Optional<String> target = target(head);
        if (target.isPresent()) {
            return Optional.ofNullable(byTarget.get(target.get().toLowerCase(Locale.ROOT)))
                    .map(route -> new Route.Match(route, Map.of()));
        }
        // HEAD is GET without the body; the connection leaves it out.
        String method = head.method().equals("HEAD") ? "GET" : head.method();
        String path = head.rawPath();
        for (Line line : byPath) {
            if (line.route.method().filter(method::equals).isPresent()) {
                Optional<Map<String, String>> values = line.pattern.match(path);
                if (values.isPresent()) {
                    return Optional.of(new Route.Match(line.route, values.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** The methods that the path has, for {@code Allow}; empty if the path is unknown. */
    Set<String> methods(RequestHead head) {
        Set<String> methods = new TreeSet<>();
        for (Line line : byPath) {
            if (line.pattern.match(head.rawPath()).isPresent()) {
                methods.add(line.route.method().orElse(""));
            }
        }
        return methods;
    }
}
