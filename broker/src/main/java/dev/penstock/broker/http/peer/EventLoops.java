package dev.penstock.broker.http.peer;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of the network: one that accepts, a few that do all else, for the server and the channels to peers. */
public final class EventLoops implements AutoCloseable {

    /** Connections to clients cost little beside the work behind them; measured to suffice on two cores. */
    public static final int DEFAULT_WORKERS = 2;

    private final EventLoopGroup acceptor;
    private final EventLoopGroup workers;

    public EventLoops(int workerThreads) {
        acceptor = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("penstock-accept", true), NioIoHandler.newFactory());
        workers = new MultiThreadIoEventLoopGroup(
                workerThreads, new DefaultThreadFactory("penstock-http", true), NioIoHandler.newFactory());
    }

    public EventLoopGroup acceptor() {
        return acceptor;
    }

    public EventLoopGroup workers() {
        return workers;
    }

    /** Ends the threads; open channels are closed. Waits up to five seconds. */
    @Override
    public void close() {
        Ignored.outcome(acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        Ignored.outcome(workers.shutdownGracefully(0, 2, TimeUnit.SECONDS));
        boolean ended = acceptor.terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS)
                && workers.terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS);
        if (!ended) {
            throw new IllegalStateException("the network threads did not end within 10 seconds");
        }
    }
}
