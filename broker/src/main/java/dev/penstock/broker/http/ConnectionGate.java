package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections, in all and per address, and turns away what is above the limits. Connections from addresses of the
 * cluster's members are counted apart, so that no crowd of clients can keep the nodes from each other. First in every
 * pipeline; shared, thread-safe.
 */
@Sharable
final class ConnectionGate extends ChannelInboundHandlerAdapter {

    /** Refusals that may wait for their answer to arrive; a flood beyond is cut without one. */
    private static final int MAX_POLITE_REFUSALS = 64;

    private static final long POLITE_MILLIS = 200;

    private static final byte[] REFUSAL = ("{\"type\":\"" + Problem.TOO_MANY_CONNECTIONS.type() + "\",\"title\":\""
                    + Problem.TOO_MANY_CONNECTIONS.title() + "\",\"status\":503,\"code\":\"TOO_MANY_CONNECTIONS\"}")
            .getBytes(StandardCharsets.US_ASCII);

    private final HttpLimits limits;
    private final HttpCounters counters;
    private final Set<InetAddress> memberAddresses;
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger peers = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    ConnectionGate(HttpLimits limits, HttpCounters counters, Set<InetAddress> memberAddresses) {
        this.limits = limits;
        this.counters = counters;
        this.memberAddresses = Set.copyOf(memberAddresses);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        InetAddress address = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
        if (memberAddresses.contains(address)) {
            admit(context, peers, limits.maxPeerConnections(), HttpCounters.Limit.PEER_CONNECTIONS, () -> {});
            return;
        }
        int fromAddress = perAddress.merge(address, 1, Integer::sum);
        Runnable leave = () -> perAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        if (fromAddress > limits.maxConnectionsPerAddress()) {
            leave.run();
            refuse(context, HttpCounters.Limit.CONNECTIONS_PER_ADDRESS);
            return;
        }
        admit(context, clients, limits.maxConnections(), HttpCounters.Limit.CONNECTIONS, leave);
    }

    private void admit(
            ChannelHandlerContext context, AtomicInteger count, int limit, HttpCounters.Limit name, Runnable leave) {
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            leave.run();
            refuse(context, name);
            return;
        }
        counters.connectionOpened();
        Ignored.outcome(context.channel().closeFuture().addListener(closed -> {
            count.decrementAndGet();
            leave.run();
            counters.connectionClosed();
        }));
        context.fireChannelActive();
    }

    private void refuse(ChannelHandlerContext context, HttpCounters.Limit limit) {
        counters.hit(limit);
        if (context.pipeline().get(SslHandler.class) != null) {
            // What a client would understand costs a handshake: that is what there are too many for.
            Ignored.outcome(context.close());
            return;
        }
        if (refusals.incrementAndGet() > MAX_POLITE_REFUSALS) {
            refusals.decrementAndGet();
            Ignored.outcome(context.close());
            return;
        }
        Ignored.outcome(context.channel().closeFuture().addListener(closed -> refusals.decrementAndGet()));
        context.pipeline().addAfter(context.name(), null, new Dropping());
        String head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\n"
                + "Connection: close\r\nContent-Length: " + REFUSAL.length + "\r\n\r\n";
        Ignored.outcome(context.writeAndFlush(Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), REFUSAL))
                .addListener(sent -> {
                    if (context.channel() instanceof SocketChannel socket && socket.isActive()) {
                        Ignored.outcome(socket.shutdownOutput());
                    }
                }));
        Ignored.outcome(context.channel()
                .eventLoop()
                .schedule(() -> Ignored.outcome(context.close()), POLITE_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Keeps what a refused client sends from the handlers behind: it is read, so that the answer survives, and dropped. */
    private static final class Dropping extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
