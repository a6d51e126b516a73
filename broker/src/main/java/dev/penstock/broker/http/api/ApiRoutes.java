package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.AppliedState;
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
            ClusterReport cluster,
            NodeHealth health,
            Supplier<String> metrics,
            boolean metricsPublic,
            String defaultStream) {}

    private ApiRoutes() {}

    public static List<Route> of(Ports ports, ReaderPool readers, Grants grants) {
        ErrorForm form = new ProblemForm();
        GroupOperations groups = ports.groups();
        StreamEndpoints streams = new StreamEndpoints(ports.state(), readers);
        HealthEndpoints health = new HealthEndpoints(ports.health(), readers);
        return List.of(
                route("POST", "/v1/groups", Scope.ADMIN, form, new CreateGroup(groups, ports.defaultStream()))
                        .onLeader(Repeat.SAFE),
                route("GET", "/v1/groups", Scope.CONSUME, form, new ListGroups(groups, readers))
                        .onLeader(Repeat.SAFE),
                route("GET", "/v1/groups/{group}", Scope.CONSUME, form, new DescribeGroup(groups, readers))
                        .onLeader(Repeat.SAFE),
                route("DELETE", "/v1/groups/{group}", Scope.ADMIN, form, new DeleteGroup(groups))
                        .onLeader(Repeat.NEVER),
                route("POST", "/v1/groups/{group}/receive", Scope.CONSUME, form, new ReceiveMessages(groups, grants))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody()
                        .waiting(ReceiveMessages::waitMillis),
                route("POST", "/v1/groups/{group}/ack", Scope.CONSUME, form, SettleMessages.ack(groups))
                        .onLeader(Repeat.SAFE)
                        .withBatchBody(),
                // Repeated after it was applied, a nack, and an extension to 0, answers LEASE_LOST: the client's own
                // repetition may, ours must not.
                route("POST", "/v1/groups/{group}/nack", Scope.CONSUME, form, SettleMessages.nack(groups))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody(),
                route("POST", "/v1/groups/{group}/extend", Scope.CONSUME, form, SettleMessages.extend(groups))
                        .onLeader(Repeat.NEVER)
                        .withBatchBody(),
                route("POST", "/v1/groups/{group}/seek", Scope.ADMIN, form, new SeekGroup(groups))
                        .onLeader(Repeat.NEVER),
                route("GET", "/v1/streams", Scope.READ, form, streams.all()),
                route("GET", "/v1/streams/{stream}", Scope.READ, form, streams.one()),
                route(
                                "GET",
                                "/v1/streams/{stream}/events",
                                Scope.READ,
                                form,
                                new ReadEvents(ports.pages(), ports.state(), readers, grants))
                        .waiting(ReadEvents::waitMillis),
                route(
                        "POST",
                        "/v1/filters/test",
                        Scope.READ,
                        form,
                        new TestFilter(ports.filters(), readers, grants, ports.defaultStream())),
                route("GET", "/v1/cluster", Scope.MONITOR, form, new ClusterEndpoint(ports.cluster())),
                route("GET", "/health/live", Scope.NONE, form, health.live()),
                route("GET", "/health/ready", Scope.NONE, form, health.ready()),
                route("GET", "/health/sources", Scope.NONE, form, health.sources()),
                route(
                        "GET",
                        "/metrics",
                        ports.metricsPublic() ? Scope.NONE : Scope.MONITOR,
                        form,
                        exchange ->
                                readers.read(ports.metrics()).thenApply(text -> Response.text(200, PROMETHEUS, text))));
    }

    private static Route route(String method, String path, Scope scope, ErrorForm form, Endpoint endpoint) {
        return Route.of(method, path, scope, form, endpoint);
    }
}
