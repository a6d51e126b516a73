package dev.penstock.broker.http;

import java.util.Map;
import java.util.Optional;

/**
 * One line of the table: which requests, who may, where it runs, and what answers. Immutable.
 *
 * @param name for metrics: method and path pattern, or the operation
 * @param method empty for operations, which are known by their target
 * @param path path pattern, or the value of {@code X-Amz-Target}
 */
public record Route(
        String name,
        Optional<String> method,
        String path,
        Access access,
        Placement placement,
        Repeat repeat,
        Body body,
        Wait named,
        ErrorForm form,
        Endpoint endpoint) {

    /** Where a request is answered. */
    public enum Placement {
        /** On the node that got it. */
        LOCAL,
        /** On the leader; other nodes forward. */
        LEADER
    }

    /** What the server may do itself when it does not know whether the request was applied. */
    public enum Repeat {
        /** Applied twice it does the same as once. */
        SAFE,
        /** Only the client may repeat it. */
        NEVER
    }

    /** Which limit of the body holds. */
    public enum Body {
        ORDINARY,
        /** Lists of receipts. */
        BATCH
    }

    /** How long the request itself says it may wait. */
    public interface Wait {
        Wait NOT_NAMED = exchange -> -1;

        /** Milliseconds; negative if it names none. What is not well-formed is told later, by the endpoint. */
        long millis(Exchange exchange);
    }

    /** Starts a route of the native API. A rule has to be named: there is no default. */
    public static Route of(String method, String path, Access access, ErrorForm form, Endpoint endpoint) {
        return new Route(
                method + " " + path,
                Optional.of(method),
                path,
                access,
                Placement.LOCAL,
                Repeat.NEVER,
                Body.ORDINARY,
                Wait.NOT_NAMED,
                form,
                endpoint);
    }

    /** Starts a route that is known by its {@code X-Amz-Target}, whatever the path. */
    public static Route operation(String target, Access access, ErrorForm form, Endpoint endpoint) {
        return new Route(
                target,
                Optional.empty(),
                target,
                access,
                Placement.LOCAL,
                Repeat.NEVER,
                Body.ORDINARY,
                Wait.NOT_NAMED,
                form,
                endpoint);
    }

    public Route onLeader(Repeat mayRepeat) {
        return new Route(name, method, path, access, Placement.LEADER, mayRepeat, body, named, form, endpoint);
    }

    public Route withBatchBody() {
        return new Route(name, method, path, access, placement, repeat, Body.BATCH, named, form, endpoint);
    }

    public Route waiting(Wait wait) {
        return new Route(name, method, path, access, placement, repeat, body, wait, form, endpoint);
    }

    /** A route, with the values of its path's names. */
    record Match(Route route, Map<String, String> parameters) {}
}
