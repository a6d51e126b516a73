package dev.penstock.broker.http;

import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.broker.http.peer.Ignored;
import dev.penstock.broker.http.peer.PeerAnswer;
import dev.penstock.broker.http.peer.PeerFailure;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request to the leader, with all its attempts. Its state belongs to the exchange's event loop.
 *
 * <p>What was surely not done is tried again; what may have been done is tried again only if the route says that twice is
 * as good as once.
 */
final class ForwardAttempts {

    /** Leadership changes wake us; this is for the news that does not come, such as a peer that is up again. */
    private static final long RETRY_MILLIS = 100;

    private final LeaderForward forward;
    private final Exchange exchange;
    private final Route route;
    private final CompletableFuture<Response> result = new CompletableFuture<>();
    private int attempt;
    private boolean waiting;
    private boolean mayBeApplied;
    private @Nullable CompletableFuture<PeerAnswer> sent;
    private @Nullable URI sentTo;

    ForwardAttempts(LeaderForward forward, Exchange exchange, Route route) {
        this.forward = forward;
        this.exchange = exchange;
        this.route = route;
    }

    CompletableFuture<Response> start() {
        attempt();
        if (!result.isDone()) {
            ScheduledFuture<?> timer = exchange.executor()
                    .schedule(
                            this::deadline,
                            Math.max(0, exchange.deadlineNanos() - System.nanoTime()),
                            TimeUnit.NANOSECONDS);
            Ignored.outcome(result.whenComplete((response, failure) -> timer.cancel(false)));
        }
        return result;
    }

    private void deadline() {
        boolean inFlight = !waiting;
        if (result.completeExceptionally(
                inFlight || mayBeApplied
                        ? new HttpFailure(
                                Problem.OUTCOME_UNKNOWN, "the leader has not answered in time; repeat the request")
                        : new HttpFailure(Problem.NO_LEADER, "no leader was found in time; repeat the request"))) {
            exchange.abandon();
        }
    }

    private void attempt() {
        if (result.isDone() || exchange.abandoned()) {
            return;
        }
        attempt++;
        waiting = false;
        LeaderView.Leadership leadership = forward.leadership();
        if (leadership.leads()) {
            here();
            return;
        }
        Optional<URI> leader = forward.remoteLeader(leadership);
        if (leader.isPresent()) {
            there(leader.get());
        } else {
            later();
        }
    }

    private void here() {
        Ignored.outcome(Router.call(exchange, route).whenComplete((response, thrown) -> {
            if (response != null) {
                complete(response);
                return;
            }
            Throwable cause = Router.cause(thrown);
            boolean unknown = LeaderForward.isUnknown(cause);
            if (LeaderForward.needsLeader(cause) || (unknown && route.repeat() == Route.Repeat.SAFE)) {
                onLoop(() -> again(unknown));
            } else {
                result.completeExceptionally(cause);
            }
        }));
    }

    private void there(URI leader) {
        long sentNanos = System.nanoTime();
        int number = attempt;
        CompletableFuture<PeerAnswer> asked = forward.send(leader, exchange);
        sent = asked;
        sentTo = leader;
        exchange.onAbandoned(() -> asked.cancel(false));
        Ignored.outcome(
                asked.whenComplete((answer, failure) -> onLoop(() -> settle(number, sentNanos, answer, failure))));
    }

    private void settle(int number, long sentNanos, @Nullable PeerAnswer answer, @Nullable Throwable failure) {
        if (number != attempt || result.isDone()) {
            if (answer != null) {
                answer.unused().run();
            }
            return;
        }
        sent = null;
        sentTo = null;
        if (answer == null) {
            boolean notSent =
                    Router.cause(failure) instanceof PeerFailure known && known.kind() == PeerFailure.Kind.NOT_SENT;
            retryOrFail(!notSent);
            return;
        }
        ForwardedAnswer said;
        try {
            said = ForwardedAnswer.decode(answer.body());
        } catch (IllegalArgumentException unreadable) {
            said = new ForwardedAnswer.Unknown(String.valueOf(unreadable.getMessage()));
        }
        if (said instanceof ForwardedAnswer.Answer relayed) {
            complete(relay(relayed, sentNanos, answer));
        } else {
            retryOrFail(said instanceof ForwardedAnswer.Unknown);
        }
    }

    private static Response relay(ForwardedAnswer.Answer relayed, long sentNanos, PeerAnswer answer) {
        if (relayed.grantedAfterNanos() < 0) {
            return relayed.response();
        }
        // The request arrived there after it was sent here, so this is not later than the grant.
        return relayed.response()
                .carrying(new Response.Grant(
                        sentNanos + relayed.grantedAfterNanos(), relayed.sendWithinNanos(), answer.unused()));
    }

    private void retryOrFail(boolean unknown) {
        if (unknown && route.repeat() == Route.Repeat.NEVER) {
            result.completeExceptionally(new HttpFailure(
                    Problem.OUTCOME_UNKNOWN, "the leader was lost before it answered; repeat the request"));
            return;
        }
        again(unknown);
    }

    private void again(boolean unknown) {
        mayBeApplied |= unknown;
        later();
    }

    private void later() {
        waiting = true;
        int number = attempt;
        Ignored.outcome(exchange.executor()
                .schedule(
                        () -> {
                            if (number == attempt) {
                                attempt();
                            }
                        },
                        RETRY_MILLIS,
                        TimeUnit.MILLISECONDS));
    }

    /** On a thread of the adapter. */
    void leadershipChanged() {
        onLoop(() -> {
            if (result.isDone()) {
                return;
            }
            if (waiting) {
                attempt();
                return;
            }
            LeaderView.Leadership now = forward.leadership();
            boolean elsewhere = now.leads()
                    || forward.remoteLeader(now)
                            .filter(leader -> !leader.equals(sentTo))
                            .isPresent();
            if (sent != null && elsewhere) {
                // The old leader may be dead or frozen: its answer, should one come, goes back unused.
                CompletableFuture<PeerAnswer> old = sent;
                attempt++;
                sent = null;
                sentTo = null;
                old.cancel(false);
                retryOrFail(true);
            }
        });
    }

    private void complete(Response response) {
        if (!result.complete(response)) {
            response.grant().ifPresent(grant -> grant.giveBack().run());
        }
    }

    private void onLoop(Runnable task) {
        try {
            exchange.executor().execute(task);
        } catch (RejectedExecutionException shutDown) {
            result.completeExceptionally(new HttpFailure(Problem.NO_LEADER, "this node is shutting down"));
        }
    }
}
