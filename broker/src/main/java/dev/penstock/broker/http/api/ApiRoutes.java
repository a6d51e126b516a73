package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.StreamRetention;
import dev.penstock.broker.http.Access;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ProblemForm;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Route;
import dev.penstock.broker.http.Route.Repeat;
import dev.penstock.broker.http.Scope;
import java.util.List;
import java.util.function.Supplier;

/** The native API's part of the table of routes. Stateless. */
public final class ApiRoutes {

    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    /**
     * What the endpoints stand on.
     *
     * @param defaultStream of groups that name none
     * @param metrics in Prometheus' text format; may block
     * @param metricsPublic whether metrics need no key
     */
    public record Ports(
            GroupOperations groups,
            EventPages pages,
            FilterRuns filters,
            AppliedState state,
            StreamRetention retention,
            ClusterReport cluster,
            NodeHealth health,
            Supplier<String> metrics,
            boolean metricsPublic,
            String defaultStream) {}

    private ApiRoutes() {}

    public static List<Route> of(Ports ports, ReaderPool readers, Grants grants) {
        ErrorForm form = new ProblemForm();
        GroupOperations groups = ports.groups();
        StreamEndpoints streams = new StreamEndpoints(ports.state(), ports.retention(), readers);
        DeadLetterEndpoints deadLetters = new DeadLetterEndpoints(groups, readers, grants);
        HealthEndpoints health = new HealthEndpoints(ports.health(), readers);
        return List.of(
                route("POST", "/v1/groups", Access.admin(), form, new CreateGroup(groups, ports.defaultStream()))
                        .onLeader(Repeat.SAFE),
                route("GET", "/v1/groups", Access.any(Scope.CONSUME), form, new ListGroups(groups, readers))
                        .onLeader(Repeat.SAFE),
                route("GET", "/v1/groups/{group}", Access.group(), form, new DescribeGroup(groups, readers))
                        .onLeader(Repeat.SAFE),
                route(
                                "GET",
                                "/v1/groups/{group}/messages",
                                Access.group(),
                                form,
                                new InspectMessages(groups, readers, grants))
                        .onLeader(Repeat.SAFE),
                route("DELETE", "/v1/groups/{group}", Access.admin(), form, new DeleteGroup(groups))
                        .onLeader(Repeat.NEVER),
                route("PATCH", "/v1/groups/{group}", Access.admin(), form, new UpdateGroup(groups, readers))
                        .onLeader(Repeat.SAFE),
                route("POST", "/v1/groups/{group}/pause", Access.admin(), form, UpdateGroup.pause(groups, true))
                        .onLeader(Repeat.SAFE),
                route("POST", "/v1/groups/{group}/resume", Access.admin(), form, UpdateGroup.pause(groups, false))
                        .onLeader(Repeat.SAFE),
                route("POST", "/v1/groups/{group}/receive", Access.group(), form, new ReceiveMessages(groups, grants))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody()
                        .waiting(ReceiveMessages::waitMillis),
                route("POST", "/v1/groups/{group}/ack", Access.group(), form, SettleMessages.ack(groups))
                        .onLeader(Repeat.SAFE)
                        .withBatchBody(),
                // Repeated after it was applied, a nack, and an extension to 0, answers LEASE_LOST: the client's own
                // repetition may, ours must not.
                route("POST", "/v1/groups/{group}/nack", Access.group(), form, SettleMessages.nack(groups))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody(),
                route("POST", "/v1/groups/{group}/extend", Access.group(), form, SettleMessages.extend(groups))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody(),
                route("POST", "/v1/groups/{group}/seek", Access.admin(), form, new SeekGroup(groups))
                        .onLeader(Repeat.NEVER),
                route("GET", "/v1/groups/{group}/dead-letters", Access.group(), form, deadLetters.list())
                        .onLeader(Repeat.SAFE),
                route("GET", "/v1/groups/{group}/dead-letters/{dead_letter}", Access.group(), form, deadLetters.show())
                        .onLeader(Repeat.SAFE),
                route("DELETE", "/v1/groups/{group}/dead-letters", Access.admin(), form, deadLetters.purge())
                        .onLeader(Repeat.NEVER),
                route(
                                "DELETE",
                                "/v1/groups/{group}/dead-letters/{dead_letter}",
                                Access.admin(),
                                form,
                                deadLetters.drop())
                        .onLeader(Repeat.SAFE),
                route("POST", "/v1/groups/{group}/redrive", Access.admin(), form, deadLetters.redrive())
                        .onLeader(Repeat.NEVER),
                route("GET", "/v1/streams", Access.any(Scope.READ), form, streams.all()),
                route("GET", "/v1/streams/{stream}", Access.stream(), form, streams.one()),
                route("PATCH", "/v1/streams/{stream}", Access.admin(), form, streams.update())
                        .onLeader(Repeat.SAFE),
                route(
                                "GET",
                                "/v1/streams/{stream}/events",
                                Access.stream(),
                                form,
                                new ReadEvents(ports.pages(), ports.state(), readers, grants))
                        .waiting(ReadEvents::waitMillis),
                route(
                        "POST",
                        "/v1/filters/test",
                        Access.any(Scope.READ),
                        form,
                        new TestFilter(ports.filters(), readers, grants, ports.defaultStream())),
                route("GET", "/v1/cluster", Access.monitor(), form, new ClusterEndpoint(ports.cluster())),
                route("GET", "/health/live", Access.open(), form, health.live()),
                route("GET", "/health/ready", Access.open(), form, health.ready()),
                route("GET", "/health/sources", Access.open(), form, health.sources()),
                route(
                        "GET",
                        "/metrics",
                        ports.metricsPublic() ? Access.open() : Access.monitor(),
                        form,
                        exchange ->
                                readers.read(ports.metrics()).thenApply(text -> Response.text(200, PROMETHEUS, text))));
    }

    private static Route route(String method, String path, Access access, ErrorForm form, Endpoint endpoint) {
        return Route.of(method, path, access, form, endpoint);
    }
}
