package dev.penstock.broker.http.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls peers over authenticated channels, two per peer, opened at need and kept. Thread-safe, never blocks; futures
 * complete on an event loop, exceptionally with {@link PeerFailure} only. Cancelling one tells the peer.
 */
public final class PeerClient implements AutoCloseable {

    /** So that one large answer does not hold up all others. */
    private static final int CHANNELS_PER_PEER = 2;

    /** A peer that does not accept within a second is down; the caller tries again or elsewhere. */
    private static final int CONNECT_MILLIS = 1_000;

    private static final int DEFAULT_PORT = 7_800;

    private final Bootstrap bootstrap;
    private final PeerKeys keys;
    private final Optional<PeerTls> tls;
    private final String nodeId;
    private final Map<String, PeerLink[]> links = new HashMap<>();
    private int turn;
    private boolean closed;

    /**
     * @param nodeId of this node, told to peers for their logs
     * @param tls empty = plain, as the peers listen
     */
    public PeerClient(EventLoops loops, PeerKeys keys, String nodeId, Optional<PeerTls> tls) {
        this.keys = keys;
        this.tls = tls;
        this.nodeId = nodeId;
        bootstrap = new Bootstrap()
                .group(loops.workers())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
    }

    /**
     * @param base scheme, host and port of the peer's HTTP address
     * @param path of the peer's endpoint
     * @param timeout after it the call fails with {@link PeerFailure.Kind#UNKNOWN}, or NOT_SENT if it never went out
     */
    public CompletableFuture<byte[]> call(URI base, String path, byte[] body, Duration timeout) {
        CompletableFuture<PeerAnswer> answer = ask(base, path, body, timeout);
        CompletableFuture<byte[]> bytes = new CompletableFuture<>();
        Ignored.outcome(answer.whenComplete((got, failure) -> {
            if (got != null) {
                bytes.complete(got.body());
            } else if (failure != null) {
                bytes.completeExceptionally(failure);
            }
        }));
        Ignored.outcome(bytes.whenComplete((got, failure) -> {
            if (bytes.isCancelled()) {
                answer.cancel(false);
            }
        }));
        return bytes;
    }

    /** As {@link #call}, for callers that may find that they cannot use the answer and have to say so. */
    public CompletableFuture<PeerAnswer> ask(URI base, String path, byte[] body, Duration timeout) {
        byte[] payload = new CallPayload(path, body).encode();
        CompletableFuture<PeerAnswer> answer = new CompletableFuture<>();
        if (payload.length > Frame.MAX_BYTES - 1024) {
            answer.completeExceptionally(new PeerFailure(
                    PeerFailure.Kind.NOT_SENT,
                    "a call of " + payload.length + " bytes is larger than a frame, " + Frame.MAX_BYTES));
            return answer;
        }
        PeerLink link = link(base);
        if (link == null) {
            answer.completeExceptionally(new PeerFailure(PeerFailure.Kind.NOT_SENT, "this node is shutting down"));
            return answer;
        }
        link.call(payload, answer, timeout);
        return answer;
    }

    private synchronized @Nullable PeerLink link(URI base) {
        if (closed) {
            return null;
        }
        int port = base.getPort() < 0 ? DEFAULT_PORT : base.getPort();
        PeerLink[] slots = links.computeIfAbsent(base.getHost() + ":" + port, key -> new PeerLink[CHANNELS_PER_PEER]);
        int slot = Math.floorMod(turn++, CHANNELS_PER_PEER);
        PeerLink link = slots[slot];
        if (link == null || link.closed()) {
            link = PeerLink.open(bootstrap, base.getHost(), port, tls, keys, nodeId);
            slots[slot] = link;
        }
        return link;
    }

    /** Closes the channels; calls without an answer fail. */
    @Override
    public synchronized void close() {
        closed = true;
        for (PeerLink[] slots : links.values()) {
            for (PeerLink link : slots) {
                if (link != null) {
                    link.close();
                }
            }
        }
        links.clear();
    }
}
