package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads a request through the table of routes: who asks, may they, where is it answered. Deny by default: an unknown path
 * is an error of its own only to those who hold a key. Thread-safe, never blocks.
 */
public final class Router implements RequestHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** What a request may take beyond its own wait: the commit and the way there and back. */
    private static final long SLACK_MILLIS = 2_000;

    /** A local read that takes longer than this, beyond its own wait, is given up: a disk that hangs. */
    private static final long LOCAL_MILLIS = 30_000;

    private static final String OPERATION_CONTENT = "application/x-amz-json";

    private final RouteTable table;
    private final ErrorForm nativeForm;
    private final ErrorForm operationForm;
    private final Translation translation;
    private final Authenticator authenticator;
    private final LeaderForward forward;
    private final HttpLimits limits;
    private final RequestObserver observer;

    /**
     * @param nativeForm errors of requests without a route
     * @param operationForm the same where the request names an {@code X-Amz-Target}, or has its content type
     * @param translation of requests that name an operation in another way
     */
    public Router(
            List<Route> routes,
            ErrorForm nativeForm,
            ErrorForm operationForm,
            Translation translation,
            Authenticator authenticator,
            LeaderForward forward,
            HttpLimits limits,
            RequestObserver observer) {
        this.table = new RouteTable(routes);
        this.nativeForm = nativeForm;
        this.operationForm = operationForm;
        this.translation = translation;
        this.authenticator = authenticator;
        this.forward = forward;
        this.limits = limits;
        this.observer = observer;
        forward.serve(this);
    }

    List<Route> routes() {
        return table.routes();
    }

    @Override
    public int maxBodyBytes(RequestHead head) {
        // A translated request names its operation in its body, and in more bytes.
        boolean batch = isTranslated(head)
                || table.match(head)
                        .filter(match -> match.route().body() == Route.Body.BATCH)
                        .isPresent();
        return batch ? limits.maxBatchBodyBytes() : limits.maxBodyBytes();
    }

    @Override
    public Response failed(Optional<RequestHead> head, HttpFailure failure) {
        observer.answered("unknown", failure.problem().status(), 0);
        return head.map(this::formFor).orElse(nativeForm).render(failure, HttpConnection.requestId());
    }

    private ErrorForm formFor(RequestHead head) {
        if (RouteTable.target(head).isPresent()) {
            return operationForm;
        }
        if (isTranslated(head)) {
            return translation.form();
        }
        boolean json = head.headers()
                .first("Content-Type")
                .filter(type -> type.startsWith(OPERATION_CONTENT))
                .isPresent();
        return json && !table.isNative(head) ? operationForm : nativeForm;
    }

    private boolean isTranslated(RequestHead head) {
        return RouteTable.target(head).isEmpty() && !table.isNative(head) && translation.speaks(head);
    }

    @Override
    public void handle(Exchange exchange) {
        RequestHead head = exchange.request().head();
        ErrorForm form = formFor(head);
        try {
            boolean translated = isTranslated(head);
            Optional<Route.Match> match = translated ? Optional.empty() : table.match(head);
            boolean open =
                    match.filter(found -> found.route().access().isOpen()).isPresent();
            if (!open && !authenticate(exchange, name(match), form)) {
                return;
            }
            if (translated) {
                translate(exchange);
                return;
            }
            Route route = allowed(exchange, match);
            finish(exchange, route, run(exchange, route));
        } catch (RuntimeException failure) {
            failed(exchange, "unknown", form, failure);
        }
    }

    /** False if it is answered, with a refusal. */
    private boolean authenticate(Exchange exchange, String route, ErrorForm form) {
        Authenticator.Outcome outcome = authenticator.authenticate(exchange.request());
        if (outcome instanceof Authenticator.Denied denied) {
            reply(exchange, route, form.denied(denied, exchange.requestId()));
            return false;
        }
        exchange.identity(((Authenticator.Granted) outcome).identity());
        return true;
    }

    /** Answers the operation in an exchange of its own, whose answer is translated on its way to the client. */
    private void translate(Exchange exchange) {
        Request operation = translation.operation(exchange.request());
        Optional<Route.Match> match = table.match(operation.head());
        String target = match.map(found -> found.route().path()).orElse("");
        Exchange inner = new Exchange(
                operation,
                exchange.requestId(),
                exchange.executor(),
                response -> replyTranslated(exchange, target, response));
        inner.identity(exchange.identity());
        exchange.onAbandoned(inner::abandon);
        try {
            Route route = allowed(inner, match);
            finish(inner, route, run(inner, route));
        } catch (RuntimeException failure) {
            failed(inner, "unknown", operationForm, failure);
        }
    }

    private void replyTranslated(Exchange exchange, String target, Response response) {
        Response translated;
        try {
            translated = translation.answer(target, response);
        } catch (RuntimeException failure) {
            LOG.error("the answer to request {} could not be translated", exchange.requestId(), failure);
            response.grant().ifPresent(grant -> grant.giveBack().run());
            translated = translation.form().renderAny(failure, exchange.requestId());
        }
        exchange.reply(translated);
    }

    /** The route, if there is one and its rule lets the key in. */
    private Route allowed(Exchange exchange, Optional<Route.Match> match) {
        if (match.isEmpty()) {
            throw notFound(exchange.request().head());
        }
        exchange.parameters(match.get().parameters());
        Route route = match.get().route();
        route.access().check(exchange);
        return route;
    }

    private HttpFailure notFound(RequestHead head) {
        Set<String> methods = RouteTable.target(head).isPresent() ? Set.of() : table.methods(head);
        return methods.isEmpty()
                ? new HttpFailure(Problem.NOT_FOUND, "nothing is at this path")
                : new HttpFailure(
                        Problem.METHOD_NOT_ALLOWED,
                        "the path has other methods",
                        Map.of("allow", String.join(", ", methods)));
    }

    private CompletableFuture<Response> run(Exchange exchange, Route route) {
        long named = route.named().millis(exchange);
        if (route.placement() == Route.Placement.LEADER) {
            deadline(exchange, named < 0 ? limits.leaderWait().toMillis() : named + SLACK_MILLIS);
            return forward.run(exchange, route);
        }
        deadline(exchange, Math.max(named, 0) + LOCAL_MILLIS);
        CompletableFuture<Response> answer = call(exchange, route);
        return answer.isDone() ? answer : withDeadline(exchange, answer);
    }

    private static void deadline(Exchange exchange, long millis) {
        exchange.deadlineNanos(exchange.startNanos() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static CompletableFuture<Response> withDeadline(Exchange exchange, CompletableFuture<Response> answer) {
        var timer = exchange.executor()
                .schedule(
                        () -> {
                            answer.completeExceptionally(
                                    new HttpFailure(Problem.OVERLOADED, "the node took too long; come again"));
                            exchange.abandon();
                        },
                        exchange.deadlineNanos() - System.nanoTime(),
                        TimeUnit.NANOSECONDS);
        Ignored.outcome(answer.whenComplete((response, failure) -> timer.cancel(false)));
        return answer;
    }

    /** Calls the endpoint; what it throws fails the future. */
    static CompletableFuture<Response> call(Exchange exchange, Route route) {
        try {
            return route.endpoint().handle(exchange);
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /**
     * A request that another node has authenticated and sent on, with the identity that it established: the key is not
     * looked up again, which here may be known later or no more, and the rule gives the same answer on the same facts. The
     * future fails with what the
     * endpoint failed with only where the sender has to decide; all else is rendered here.
     */
    CompletableFuture<Response> handleForwarded(Exchange exchange) {
        ErrorForm form = formFor(exchange.request().head());
        try {
            Route route = allowed(exchange, table.match(exchange.request().head()));
            if (route.placement() != Route.Placement.LEADER) {
                throw new HttpFailure(Problem.NOT_FOUND, "this request is answered on any node; it is not forwarded");
            }
            CompletableFuture<Response> rendered = new CompletableFuture<>();
            Ignored.outcome(call(exchange, route).whenComplete((response, thrown) -> {
                if (response != null) {
                    rendered.complete(response);
                } else if (LeaderForward.needsLeader(cause(thrown)) || LeaderForward.isUnknown(cause(thrown))) {
                    rendered.completeExceptionally(cause(thrown));
                } else {
                    rendered.complete(render(exchange, route.name(), form, cause(thrown)));
                }
            }));
            return rendered;
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(render(exchange, "unknown", form, failure));
        }
    }

    private void finish(Exchange exchange, Route route, CompletableFuture<Response> answer) {
        Ignored.outcome(answer.whenComplete((response, thrown) -> {
            if (response != null) {
                reply(exchange, route.name(), unlessRevoked(exchange, route, response));
            } else {
                failed(exchange, route.name(), route.form(), cause(thrown));
            }
        }));
    }

    /** What came for a request that waited goes to nobody if its key was revoked meanwhile. */
    private Response unlessRevoked(Exchange exchange, Route route, Response response) {
        boolean mayHaveWaited = route.named() != Route.Wait.NOT_NAMED;
        if (!mayHaveWaited || !authenticator.isRevoked(exchange.identity())) {
            return response;
        }
        response.grant().ifPresent(grant -> grant.giveBack().run());
        return route.form().denied(Authenticator.revoked(), exchange.requestId());
    }

    private void failed(Exchange exchange, String route, ErrorForm form, Throwable failure) {
        reply(exchange, route, render(exchange, route, form, failure));
    }

    private static Response render(Exchange exchange, String route, ErrorForm form, Throwable failure) {
        if (!form.knows(failure) && !exchange.abandoned()) {
            LOG.error("request {} ({}) failed", exchange.requestId(), route, failure);
        }
        return form.renderAny(failure, exchange.requestId());
    }

    private void reply(Exchange exchange, String route, Response response) {
        observer.answered(route, response.status(), System.nanoTime() - exchange.startNanos());
        exchange.reply(response);
    }

    private static String name(Optional<Route.Match> match) {
        return match.map(found -> found.route().name()).orElse("unknown");
    }

    static Throwable cause(@Nullable Throwable thrown) {
        if (thrown == null) {
            return new IllegalStateException("an endpoint gave neither an answer nor a failure");
        }
        Throwable cause = thrown.getCause();
        return thrown instanceof CompletionException && cause != null ? cause : thrown;
    }
}
