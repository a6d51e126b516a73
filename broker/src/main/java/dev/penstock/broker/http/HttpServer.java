package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.EventLoops;
import dev.penstock.broker.http.peer.PeerServer;
import dev.penstock.broker.http.peer.PeerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The node's HTTP port: HTTP/1.1 for clients, and the way in to the channel between peers. Open from {@link #start} to
 * {@link #close}.
 */
public final class HttpServer implements AutoCloseable {

    /** Connections that wait to be accepted; above the default of 128 because clients come in crowds after a fail-over. */
    private static final int BACKLOG = 1_024;

    /** A connection's buffer is full at 256 KiB, and takes more again at 64 KiB. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final Channel channel;
    private final ChannelGroup connections;

    private HttpServer(Channel channel, ChannelGroup connections) {
        this.channel = channel;
        this.connections = connections;
    }

    /**
     * Binds and serves. Throws {@link IOException} if the address cannot be bound.
     *
     * @param members addresses of the cluster's nodes, whose connections are counted apart
     * @param tls empty = plain HTTP
     */
    public static HttpServer start(
            EventLoops loops,
            InetSocketAddress bind,
            HttpLimits limits,
            HttpCounters counters,
            Set<InetAddress> members,
            Router router,
            PeerServer peers,
            Optional<ServerTls> tls)
            throws IOException {
        ConnectionGate gate = new ConnectionGate(limits, counters, members);
        ProtocolSwitch protocols = (head, channel) -> switchToPeer(peers, head, channel);
        return start(loops, bind, limits, counters, gate, router, protocols, tls);
    }

    static HttpServer start(
            EventLoops loops,
            InetSocketAddress bind,
            HttpLimits limits,
            HttpCounters counters,
            ConnectionGate gate,
            RequestHandler handler,
            ProtocolSwitch protocols,
            Optional<ServerTls> tls)
            throws IOException {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.acceptor(), loops.workers())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connections.add(connection);
                        RequestDecoder decoder = new RequestDecoder(limits);
                        connection.pipeline().addLast(gate);
                        tls.ifPresent(own -> connection
                                .pipeline()
                                .addLast(own.newHandler(connection.alloc(), limits.headerDeadline())));
                        connection
                                .pipeline()
                                .addLast(
                                        decoder,
                                        new HttpResponseEncoder(),
                                        new HttpConnection(decoder, handler, protocols, limits, counters));
                    }
                });
        ChannelFuture bound = bootstrap.bind(bind).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + bind + ": " + bound.cause().getMessage(), bound.cause());
        }
        return new HttpServer(bound.channel(), connections);
    }

    private static Optional<ProtocolSwitch.Accepted> switchToPeer(PeerServer peers, RequestHead head, Channel channel) {
        boolean asked = head.method().equals("POST")
                && head.rawPath().equals(PeerServer.PATH)
                && head.headers().hasToken("Upgrade", PeerServer.PROTOCOL);
        if (!asked) {
            return Optional.empty();
        }
        PeerServer.Accepted accepted = peers.accept(
                        head.headers().first(PeerServer.NONCE_HEADER).orElse(""), PeerTls.shownBy(channel))
                .orElseThrow(() -> HttpFailure.invalid("expected a peer's nonce"));
        Response answer = Response.empty(101)
                .with("Connection", "Upgrade")
                .with("Upgrade", PeerServer.PROTOCOL)
                .with(PeerServer.NONCE_HEADER, accepted.nonce());
        return Optional.of(new ProtocolSwitch.Accepted(answer, accepted.handler()));
    }

    /** The bound port. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Stops listening and closes all connections; waits up to two seconds. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
