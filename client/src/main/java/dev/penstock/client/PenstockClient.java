package dev.penstock.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of one cluster. Thread-safe; make one and keep it. Any node answers every request, so one URL is enough while
 * that node is up; with several, a request goes on to the next node when one is unreachable or has no leader.
 *
 * <p>Every method throws {@link PenstockException} for an answer that is not a success, and when there was none: the
 * request may then have been applied all the same. Asynchronous methods complete exceptionally with it; cancelling their
 * future hangs up.
 */
public final class PenstockClient {

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private final Transport transport;

    /** @param token {@code <key id>.<secret>} */
    public PenstockClient(URI url, String token) {
        this(List.of(url), token, ClientOptions.defaults());
    }

    public PenstockClient(List<URI> urls, String token, ClientOptions options) {
        this.transport = new Transport(urls, token, options);
    }

    // ---- Groups

    /** Creates a group; the same again is fine. A different one of that name is refused with 409. */
    public GroupInfo createGroup(GroupSpec spec) {
        return await(derived(post("/v1/groups", Json.write(spec.toJson()), true), as(GroupInfo.class)));
    }

    public List<GroupInfo> groups() {
        return await(derived(get("/v1/groups", Duration.ZERO), listOf("groups", GroupInfo.class)));
    }

    public GroupInfo group(String group) {
        return await(derived(get(groupPath(group, ""), Duration.ZERO), as(GroupInfo.class)));
    }

    /**
     * What of a group is unsettled, or waits behind an unsettled message, and why.
     *
     * @param state {@code in_flight}, {@code delayed}, {@code ready}, {@code dying}, {@code parked} or {@code dead}; null =
     *     all that is unsettled
     * @param offset where to begin, such as what {@link GroupMessages#next} of the page before says; null = the first
     * @param limit 1 to 1,000
     * @param events with the events themselves
     */
    public GroupMessages messages(
            String group, @Nullable String state, @Nullable String offset, int limit, boolean events) {
        StringBuilder path = new StringBuilder(groupPath(group, "/messages?limit=")).append(limit);
        if (state != null) {
            path.append("&state=").append(encoded(state));
        }
        if (offset != null) {
            path.append("&offset=").append(encoded(offset));
        }
        if (events) {
            path.append("&events=true");
        }
        return await(derived(get(path.toString(), Duration.ZERO), as(GroupMessages.class)));
    }

    /** What died in the group. */
    public DeadLetters deadLetters(String group) {
        return new DeadLetters(this, groupPath(group, ""));
    }

    /** Changes what the update names. Repeating it is harmless. */
    public GroupInfo updateGroup(String group, GroupUpdate update) {
        return await(derived(
                send("PATCH", groupPath(group, ""), Json.write(update.toJson()), Duration.ZERO, true),
                as(GroupInfo.class)));
    }

    /** Nothing is delivered until {@link #resumeGroup}; what is leased stays so, and can be settled. */
    public GroupInfo pauseGroup(String group) {
        return await(derived(post(groupPath(group, "/pause"), EMPTY_OBJECT, true), as(GroupInfo.class)));
    }

    public GroupInfo resumeGroup(String group) {
        return await(derived(post(groupPath(group, "/resume"), EMPTY_OBJECT, true), as(GroupInfo.class)));
    }

    public void deleteGroup(String group) {
        await(send("DELETE", groupPath(group, ""), null, Duration.ZERO, true));
    }

    public Received receive(String group, ReceiveOptions options) {
        return await(receiveAsync(group, options));
    }

    public CompletableFuture<Received> receiveAsync(String group, ReceiveOptions options) {
        return derived(
                send("POST", groupPath(group, "/receive"), Json.write(options.toJson()), options.waitTime(), true),
                PenstockClient::received);
    }

    /** Settles messages. Repeating it is harmless. */
    public Settled ack(String group, List<String> receipts) {
        return await(ackAsync(group, receipts));
    }

    public CompletableFuture<Settled> ackAsync(String group, List<String> receipts) {
        return settle(group, "/ack", Map.of("receipts", receipts));
    }

    /** Gives messages back, to be delivered again after the delay. */
    public Settled nack(String group, List<String> receipts, Duration delay) {
        return await(nackAsync(group, receipts, delay));
    }

    public CompletableFuture<Settled> nackAsync(String group, List<String> receipts, Duration delay) {
        return settle(group, "/nack", Map.of("receipts", receipts, "delay", Json.duration(delay)));
    }

    /** Leases end this long after the server applied it. */
    public Settled extend(String group, List<String> receipts, Duration visibilityTimeout) {
        return await(extendAsync(group, receipts, visibilityTimeout));
    }

    public CompletableFuture<Settled> extendAsync(String group, List<String> receipts, Duration visibilityTimeout) {
        return settle(
                group, "/extend", Map.of("receipts", receipts, "visibility_timeout", Json.duration(visibilityTimeout)));
    }

    /**
     * Moves the group; receipts of before become void. Never repeated by itself: after {@link
     * PenstockException#NO_ANSWER} look where the group is.
     */
    public Sought seek(String group, StartAt to, boolean dryRun) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("to", to.toJson());
        body.put("dry_run", dryRun);
        return await(derived(post(groupPath(group, "/seek"), Json.write(body), dryRun), as(Sought.class)));
    }

    // ---- Streams

    public List<StreamInfo> streams() {
        return await(derived(get("/v1/streams", Duration.ZERO), listOf("streams", StreamInfo.class)));
    }

    public StreamInfo stream(String stream) {
        return await(derived(get("/v1/streams/" + encoded(stream), Duration.ZERO), as(StreamInfo.class)));
    }

    /**
     * How long events stay from now on. Repeating it is harmless.
     *
     * @param time null = no limit; both null = everything is kept
     * @param bytes null = no limit
     * @param holdBytes up to which groups that hold the log are waited for; null = the server's default
     */
    public StreamInfo retain(String stream, @Nullable Duration time, @Nullable Long bytes, @Nullable Long holdBytes) {
        Map<String, Object> retention = new LinkedHashMap<>();
        if (time != null) {
            retention.put("time", Json.duration(time));
        }
        if (bytes != null) {
            retention.put("bytes", bytes);
        }
        if (holdBytes != null) {
            retention.put("hold_bytes", holdBytes);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("retention", time == null && bytes == null ? null : retention);
        return await(derived(
                send("PATCH", "/v1/streams/" + encoded(stream), Json.write(body), Duration.ZERO, true),
                as(StreamInfo.class)));
    }

    /**
     * Events of the log.
     *
     * @param offset the first one wanted; null = the earliest
     * @param limit 1 to 1,000
     * @param wait how long to wait for the first one
     */
    public EventPage events(String stream, @Nullable String offset, int limit, Duration wait) {
        return await(eventsAsync(stream, offset, limit, wait));
    }

    public CompletableFuture<EventPage> eventsAsync(String stream, @Nullable String offset, int limit, Duration wait) {
        StringBuilder path = new StringBuilder("/v1/streams/")
                .append(encoded(stream))
                .append("/events?limit=")
                .append(limit);
        if (offset != null) {
            path.append("&offset=").append(encoded(offset));
        }
        if (!wait.isZero()) {
            path.append("&wait=").append(encoded(Json.duration(wait)));
        }
        return derived(get(path.toString(), wait), as(EventPage.class));
    }

    // ---- Keys

    /** All keys, revoked ones too; never with a secret. */
    public List<KeyInfo> keys() {
        return await(derived(get("/v1/keys", Duration.ZERO), listOf("keys", KeyInfo.class)));
    }

    /**
     * Creates a key. Never repeated by itself: after {@link PenstockException#NO_ANSWER} there may be one whose secret
     * nobody knows; revoke it.
     *
     * @param id null = the cluster makes one
     * @param scopes such as {@code admin}, {@code monitor}, {@code consume:orders-*}, {@code read:main}
     */
    public IssuedKey createKey(@Nullable String id, List<String> scopes) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (id != null) {
            body.put("id", id);
        }
        body.put("scopes", scopes);
        return await(derived(post("/v1/keys", Json.write(body), false), as(IssuedKey.class)));
    }

    /** Gives a key a new secret, beside which the old one is good for {@code overlap}. Never repeated by itself. */
    public IssuedKey rotateKey(String id, Duration overlap) {
        Map<String, Object> body = Map.of("overlap", Json.duration(overlap));
        return await(
                derived(post("/v1/keys/" + encoded(id) + "/rotate", Json.write(body), false), as(IssuedKey.class)));
    }

    /** @param previousOnly only the secret before the last rotation */
    public void revokeKey(String id, boolean previousOnly) {
        String which = previousOnly ? "?secret=previous" : "";
        await(send("DELETE", "/v1/keys/" + encoded(id) + which, null, Duration.ZERO, true));
    }

    /**
     * Runs a filter over the newest events of a stream.
     *
     * @param filter its tables, actions, expression and stream count; all else is left alone
     * @param last how many events, 1 to 10,000
     */
    public FilterTest testFilter(GroupSpec filter, int last) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (filter.stream() != null) {
            body.put("stream", filter.stream());
        }
        body.put("filter", filter.filter());
        body.put("last", last);
        return await(derived(post("/v1/filters/test", Json.write(body), true), as(FilterTest.class)));
    }

    // ---- Cluster

    /** Answered by any node, also without a leader. */
    public ClusterInfo cluster() {
        return await(derived(get("/v1/cluster", Duration.ZERO), as(ClusterInfo.class)));
    }

    /**
     * Asks one of the nodes for its health.
     *
     * @param probe live, ready or sources
     * @return true if it is well; false if it answered otherwise
     */
    public boolean isHealthy(String probe) {
        Transport.Call call = new Transport.Call("GET", "/health/" + encoded(probe), null, Duration.ZERO, false);
        return await(transport.send(call)).statusCode() == 200;
    }

    /** The answer to a GET as it came, for whoever wants the API's own JSON. */
    public String json(String path) {
        return new String(await(get(path, Duration.ZERO)).body(), StandardCharsets.UTF_8);
    }

    // ---- Sending and reading

    <T> T call(String method, String path, byte @Nullable [] body, boolean repeatable, Class<T> type) {
        return await(derived(send(method, path, body, Duration.ZERO, repeatable), as(type)));
    }

    private CompletableFuture<Settled> settle(String group, String action, Map<String, Object> body) {
        return derived(post(groupPath(group, action), Json.write(body), true), PenstockClient::settled);
    }

    private CompletableFuture<HttpResponse<byte[]>> get(String path, Duration wait) {
        return send("GET", path, null, wait, true);
    }

    private CompletableFuture<HttpResponse<byte[]>> post(String path, byte[] body, boolean repeatable) {
        return send("POST", path, body, Duration.ZERO, repeatable);
    }

    private CompletableFuture<HttpResponse<byte[]>> send(
            String method, String path, byte @Nullable [] body, Duration wait, boolean repeatable) {
        Transport.Call call = new Transport.Call(method, path, body, wait, repeatable);
        return derived(transport.send(call), answer -> {
            if (answer.statusCode() / 100 != 2) {
                throw refusal(answer);
            }
            return answer;
        });
    }

    /** As thenApply, but cancelling the result cancels the request. */
    private static <A, B> CompletableFuture<B> derived(CompletableFuture<A> sent, Function<A, B> reader) {
        CompletableFuture<B> result = sent.thenApply(reader);
        CompletableFuture<B> unused = result.whenComplete((value, failure) -> {
            if (result.isCancelled()) {
                sent.cancel(true);
            }
        });
        return result;
    }

    private static PenstockException refusal(HttpResponse<byte[]> answer) {
        JsonNode problem;
        try {
            problem = Json.tree(answer.body().length == 0 ? EMPTY_OBJECT : answer.body());
        } catch (IOException e) {
            String detail = "expected a JSON answer from " + answer.uri() + ", but got "
                    + answer.headers().firstValue("Content-Type").orElse("something else");
            return new PenstockException(answer.statusCode(), "HTTP_" + answer.statusCode(), detail, "", e);
        }
        return new PenstockException(
                answer.statusCode(),
                problem.path("code").asText("HTTP_" + answer.statusCode()),
                problem.path("detail").asText(problem.path("title").asText("no further detail")),
                problem.path("request_id").asText(""),
                null);
    }

    private static <T> Function<HttpResponse<byte[]>, T> as(Class<T> type) {
        return answer -> {
            try {
                return Json.read(answer.body(), type);
            } catch (IOException e) {
                throw unreadable(answer, e);
            }
        };
    }

    /** A list, bare or as the one member of an object. */
    private static <T> Function<HttpResponse<byte[]>, List<T>> listOf(String member, Class<T> type) {
        return answer -> {
            try {
                JsonNode json = Json.tree(answer.body());
                List<T> items = new ArrayList<>();
                for (JsonNode item : json.isArray() ? json : json.path(member)) {
                    items.add(Json.convert(item, type));
                }
                return items;
            } catch (IOException e) {
                throw unreadable(answer, e);
            }
        };
    }

    private static Received received(HttpResponse<byte[]> answer) {
        try {
            JsonBody.Received body = Json.read(answer.body(), JsonBody.Received.class);
            return new Received(body.messages(), body.results(), logIndex(answer));
        } catch (IOException e) {
            throw unreadable(answer, e);
        }
    }

    private static Settled settled(HttpResponse<byte[]> answer) {
        try {
            return new Settled(Json.read(answer.body(), JsonBody.Settled.class).items(), logIndex(answer));
        } catch (IOException e) {
            throw unreadable(answer, e);
        }
    }

    private static long logIndex(HttpResponse<byte[]> answer) {
        String index = answer.headers().firstValue("penstock-log-index").orElse("");
        return index.matches("[0-9]{1,18}") ? Long.parseLong(index) : 0;
    }

    private static PenstockException unreadable(HttpResponse<byte[]> answer, IOException e) {
        return new PenstockException(
                answer.statusCode(),
                "UNREADABLE",
                "the answer of " + answer.uri() + " is not what this client knows",
                "",
                e);
    }

    private static String groupPath(String group, String action) {
        return "/v1/groups/" + encoded(group) + action;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new PenstockException(0, "INTERRUPTED", "interrupted while waiting for the answer", "", e);
        } catch (CancellationException e) {
            throw new PenstockException(0, "CANCELLED", "cancelled while waiting for the answer", "", e);
        } catch (ExecutionException e) {
            throw Optional.ofNullable(e.getCause())
                    .filter(PenstockException.class::isInstance)
                    .map(PenstockException.class::cast)
                    .orElseGet(() ->
                            new PenstockException(0, PenstockException.NO_ANSWER, String.valueOf(e.getCause()), "", e));
        }
    }
}
