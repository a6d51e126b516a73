package dev.penstock.broker.http;

import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.http.peer.Ignored;
import dev.penstock.broker.http.peer.PeerAnswer;
import dev.penstock.broker.http.peer.PeerCall;
import dev.penstock.broker.http.peer.PeerClient;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has requests answered by the leader: here if this node leads, else one hop away, else when there is one again, all within
 * the request's deadline. Thread-safe, never blocks.
 *
 * <p>A node that gets a forwarded request and does not lead says so; it never sends it on.
 */
public final class LeaderForward {

    /** The peer endpoint that takes forwarded requests. */
    public static final String PATH = "/internal/forward";

    private final String nodeId;
    private final LeaderView leaders;
    private final Function<String, Optional<URI>> addresses;
    private final PeerClient peers;
    private final HttpCounters counters;
    private final Set<ForwardAttempts> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Router router;

    /** @param addresses HTTP addresses of nodes by id */
    public LeaderForward(
            String nodeId,
            LeaderView leaders,
            Function<String, Optional<URI>> addresses,
            PeerClient peers,
            HttpCounters counters) {
        this.nodeId = nodeId;
        this.leaders = leaders;
        this.addresses = addresses;
        this.peers = peers;
        this.counters = counters;
        leaders.onChange(() -> open.forEach(ForwardAttempts::leadershipChanged));
    }

    void serve(Router forwardedTo) {
        this.router = forwardedTo;
    }

    CompletableFuture<Response> run(Exchange exchange, Route route) {
        ForwardAttempts attempts = new ForwardAttempts(this, exchange, route);
        open.add(attempts);
        CompletableFuture<Response> answer = attempts.start();
        Ignored.outcome(answer.whenComplete((response, failure) -> open.remove(attempts)));
        return answer;
    }

    LeaderView.Leadership leadership() {
        return leaders.leadership();
    }

    /** The leader's address, if it is known and another node. */
    Optional<URI> remoteLeader(LeaderView.Leadership leadership) {
        return leadership.leader().filter(leader -> !leader.equals(nodeId)).flatMap(addresses);
    }

    CompletableFuture<PeerAnswer> send(URI leader, Exchange exchange) {
        counters.requestForwarded();
        long remainingNanos = Math.max(0, exchange.deadlineNanos() - System.nanoTime());
        ForwardedRequest request = new ForwardedRequest(
                exchange.request(),
                exchange.requestId(),
                exchange.identity(),
                TimeUnit.NANOSECONDS.toMillis(remainingNanos));
        return peers.ask(leader, PATH, request.encode(), Duration.ofNanos(remainingNanos));
    }

    /** Answers a request that another node forwarded: the peer endpoint at {@link #PATH}. */
    public CompletableFuture<byte[]> answer(PeerCall call) {
        Router target = router;
        if (target == null) {
            return CompletableFuture.completedFuture(new ForwardedAnswer.NotLeader().encode());
        }
        ForwardedRequest forwarded = ForwardedRequest.decode(call.body());
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        Exchange exchange = new Exchange(forwarded.request(), forwarded.requestId(), call.executor(), response -> {});
        exchange.identity(forwarded.identity());
        exchange.deadlineNanos(exchange.startNanos() + TimeUnit.MILLISECONDS.toNanos(forwarded.remainingMillis()));
        call.onCancelled(exchange::abandon);
        if (!leaders.leadership().leads()) {
            answer.complete(new ForwardedAnswer.NotLeader().encode());
            return answer;
        }
        Ignored.outcome(target.handleForwarded(exchange).whenComplete((response, thrown) -> {
            if (response != null) {
                answer.complete(toAnswer(call, exchange, response).encode());
            } else {
                Throwable cause = Router.cause(thrown);
                answer.complete(
                        needsLeader(cause)
                                ? new ForwardedAnswer.NotLeader().encode()
                                : new ForwardedAnswer.Unknown(String.valueOf(cause.getMessage())).encode());
            }
        }));
        return answer;
    }

    private ForwardedAnswer.Answer toAnswer(PeerCall call, Exchange exchange, Response response) {
        if (response.grant().isEmpty()) {
            return new ForwardedAnswer.Answer(response, -1, Long.MAX_VALUE);
        }
        Response.Grant grant = response.grant().get();
        call.onUnused(() -> {
            counters.answerGivenBack();
            grant.giveBack().run();
        });
        if (grant.tooLate(System.nanoTime())) {
            // Sent all the same, with what tells the other node that it is too late: it refuses in the client's
            // protocol,
            // and its word that the answer was not used gives the messages back.
            return new ForwardedAnswer.Answer(response, 0, 0);
        }
        long after = Math.max(0, grant.grantedNanos() - exchange.startNanos());
        return new ForwardedAnswer.Answer(response, after, grant.sendWithinNanos());
    }

    /** Whether the failure says that nothing was done because this node does not lead. */
    static boolean needsLeader(Throwable failure) {
        return failure instanceof Refused refused && refused.code() == Refused.Code.NO_LEADER;
    }

    static boolean isUnknown(Throwable failure) {
        return failure instanceof Refused refused && refused.code() == Refused.Code.OUTCOME_UNKNOWN;
    }
}
