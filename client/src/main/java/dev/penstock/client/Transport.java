package dev.penstock.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one of several nodes: to the one that answered last, and on connect errors and 503 to the next, until
 * the request's time is over. Thread-safe, never blocks; futures complete on threads of the HTTP client.
 */
final class Transport {

    /** Pause after all nodes were tried in vain: an election takes about a second, and a refused connection no time. */
    private static final long PAUSE_MILLIS = 200;

    /** A server's Retry-After is heeded up to here: fail-over is faster than a whole second counts. */
    private static final long MAX_PAUSE_MILLIS = 1_000;

    private final List<URI> nodes;
    private final String token;
    private final ClientOptions options;
    private final HttpClient http;
    private final AtomicInteger preferred = new AtomicInteger();

    Transport(List<URI> nodes, String token, ClientOptions options) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("expected at least one URL, but got none");
        }
        this.nodes = nodes.stream().map(Transport::withoutFinalSlash).toList();
        this.token = token;
        this.options = options;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(options.connectTimeout());
        SSLContext tls = options.tls();
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.http = builder.build();
    }

    private static URI withoutFinalSlash(URI url) {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException("expected a URL such as http://127.0.0.1:7800, but got '" + url + "'");
        }
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }

    /**
     * @param path from {@code /} on, encoded
     * @param body JSON; null for a request without one
     * @param hold how long the server may hold the request
     * @param repeatable may be sent again although it may have been applied
     */
    record Call(String method, String path, byte @Nullable [] body, Duration hold, boolean repeatable) {}

    CompletableFuture<HttpResponse<byte[]>> send(Call call) {
        return new Attempt(call).begin();
    }

    /** One request on its way through the nodes. Its steps follow each other, so its fields need no lock. */
    private final class Attempt {
        private final Call call;
        private final CompletableFuture<HttpResponse<byte[]>> result = new CompletableFuture<>();
        private final long giveUpNanos;
        private final int first = preferred.get();
        private int tried;

        Attempt(Call call) {
            this.call = call;
            this.giveUpNanos =
                    System.nanoTime() + call.hold().plus(options.retryFor()).toNanos();
        }

        CompletableFuture<HttpResponse<byte[]>> begin() {
            next();
            return result;
        }

        private void next() {
            int node = Math.floorMod(first + tried, nodes.size());
            CompletableFuture<HttpResponse<byte[]>> exchange =
                    http.sendAsync(request(nodes.get(node)), BodyHandlers.ofByteArray());
            // A caller that cancels hangs up, so that the server grants it nothing more.
            CompletableFuture<HttpResponse<byte[]>> unused = result.whenComplete((answer, failure) -> {
                if (result.isCancelled()) {
                    exchange.cancel(true);
                }
            });
            CompletableFuture<HttpResponse<byte[]>> unusedToo = exchange.whenComplete((answer, failure) -> {
                tried++;
                if (failure != null) {
                    failed(unwrapped(failure));
                } else {
                    answered(node, answer);
                }
            });
        }

        private HttpRequest request(URI node) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node + call.path()))
                    .timeout(call.hold().plus(options.answerTimeout()))
                    .header("Authorization", "Bearer " + token)
                    .header("Accept", "application/json");
            byte[] body = call.body();
            if (body == null) {
                return request.method(call.method(), BodyPublishers.noBody()).build();
            }
            return request.header("Content-Type", "application/json")
                    .method(call.method(), BodyPublishers.ofByteArray(body))
                    .build();
        }

        private void answered(int node, HttpResponse<byte[]> answer) {
            boolean refused = answer.statusCode() == 503;
            if (refused && call.repeatable() && mayTryAgain()) {
                goOn(retryAfterMillis(answer));
                return;
            }
            if (!refused) {
                preferred.set(node);
            }
            result.complete(answer);
        }

        private void failed(Throwable failure) {
            boolean tls = failure instanceof SSLHandshakeException;
            boolean neverSent =
                    tls || failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
            if (failure instanceof IOException && (neverSent || call.repeatable()) && mayTryAgain()) {
                goOn(PAUSE_MILLIS);
                return;
            }
            String asked = "no answer from " + nodes + " after " + tried + (tried == 1 ? " try (" : " tries (")
                    + failure + ")";
            String code = tls
                    ? PenstockException.TLS
                    : neverSent ? PenstockException.UNREACHABLE : PenstockException.NO_ANSWER;
            result.completeExceptionally(new PenstockException(0, code, asked, "", failure));
        }

        /** Every node is asked once; then again until the time is over. */
        private boolean mayTryAgain() {
            return !result.isDone() && (tried < nodes.size() || System.nanoTime() < giveUpNanos);
        }

        private void goOn(long pauseMillis) {
            if (tried % nodes.size() != 0) {
                next();
                return;
            }
            CompletableFuture.delayedExecutor(pauseMillis, TimeUnit.MILLISECONDS)
                    .execute(this::next);
        }
    }

    private static long retryAfterMillis(HttpResponse<byte[]> answer) {
        String seconds = answer.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("[0-9]{1,4}")
                ? Math.max(PAUSE_MILLIS, Math.min(MAX_PAUSE_MILLIS, Long.parseLong(seconds) * 1_000))
                : PAUSE_MILLIS;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
