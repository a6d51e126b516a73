package dev.penstock.broker.http.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connecting side of one channel to a peer: calls on their way, by id. Opens at once; calls made before the channel is
 * up wait for it. State belongs to the channel's event loop.
 */
final class PeerLink extends SimpleChannelInboundHandler<Frame> {

    private static final long HANDSHAKE_MILLIS = 2_000;
    private static final long PING_MILLIS = 5_000;

    /** Bytes waiting in one channel, above which further calls are refused: a peer that takes none is of no use. */
    private static final long MAX_PENDING_BYTES = 64L << 20;

    private record Call(CompletableFuture<PeerAnswer> answer, byte[] payload) {}

    private final String peer;
    private final String nodeId;
    private final Map<Long, Call> calls = new HashMap<>();
    /** Known to the caller and to the event loop before either uses it, whichever comes first. */
    private volatile @Nullable Channel channel;

    private boolean up;
    private volatile boolean closed;
    private long nextId = 1;
    private long lastReadNanos = System.nanoTime();

    private PeerLink(String peer, String nodeId) {
        super(Frame.class);
        this.peer = peer;
        this.nodeId = nodeId;
    }

    static PeerLink open(
            Bootstrap bootstrap, String host, int port, Optional<PeerTls> tls, PeerKeys keys, String nodeId) {
        PeerLink link = new PeerLink(host + ":" + port, nodeId);
        ChannelFuture connecting = bootstrap
                .clone()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        link.channel = channel;
                        tls.ifPresent(own -> channel.pipeline().addLast(own.newHandler(channel.alloc())));
                        channel.pipeline().addLast(new PeerHandshake(keys, link.peer), link);
                    }
                })
                .connect(host, port);
        Channel opened = connecting.channel();
        link.channel = opened;
        Ignored.outcome(connecting.addListener(connected -> {
            if (!connected.isSuccess()) {
                link.fail("cannot connect: " + connected.cause().getMessage());
            }
        }));
        Ignored.outcome(opened.eventLoop().schedule(link::checkUp, HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS));
        return link;
    }

    private Channel channel() {
        Channel opened = channel;
        if (opened == null) {
            throw new IllegalStateException("the channel is set when the link is made");
        }
        return opened;
    }

    boolean closed() {
        return closed;
    }

    void close() {
        closed = true;
        Ignored.outcome(channel().close());
    }

    void call(byte[] payload, CompletableFuture<PeerAnswer> answer, Duration timeout) {
        channel().eventLoop().execute(() -> begin(payload, answer, timeout));
    }

    private void begin(byte[] payload, CompletableFuture<PeerAnswer> answer, Duration timeout) {
        if (closed) {
            answer.completeExceptionally(notSent("the channel is closed"));
            return;
        }
        var out = channel().unsafe().outboundBuffer();
        boolean full = out != null && out.totalPendingWriteBytes() > MAX_PENDING_BYTES;
        if (full || calls.size() >= PeerServing.MAX_CALLS) {
            answer.completeExceptionally(notSent("too much is waiting for it"));
            return;
        }
        long id = nextId++;
        calls.put(id, new Call(answer, payload));
        var timer = channel()
                .eventLoop()
                .schedule(
                        () -> giveUp(id, "no answer within " + timeout.toMillis() + " ms"),
                        Math.max(1, timeout.toMillis()),
                        TimeUnit.MILLISECONDS);
        Ignored.outcome(answer.whenComplete((bytes, failure) -> {
            timer.cancel(false);
            if (answer.isCancelled()) {
                channel().eventLoop().execute(() -> giveUp(id, "cancelled"));
            }
        }));
        if (up) {
            transmit(id, payload);
        }
    }

    private void transmit(long id, byte[] payload) {
        Ignored.outcome(channel().writeAndFlush(new Frame(Frame.Kind.CALL, id, payload)));
    }

    private void giveUp(long id, String why) {
        Call call = calls.remove(id);
        if (call == null) {
            return;
        }
        if (up) {
            Ignored.outcome(channel().writeAndFlush(Frame.of(Frame.Kind.CANCEL, id)));
        }
        call.answer().completeExceptionally(up ? unknown(why) : notSent(why));
    }

    private void checkUp() {
        if (!up && !closed) {
            fail("no proof of the cluster's secret within " + HANDSHAKE_MILLIS + " ms");
        }
    }

    /** Called once the other side has agreed to switch protocols. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof PeerHandshake.Switched) {
            Ignored.outcome(
                    context.writeAndFlush(new Frame(Frame.Kind.HELLO, 0, nodeId.getBytes(StandardCharsets.UTF_8))));
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
        lastReadNanos = System.nanoTime();
        switch (frame.kind()) {
            case HELLO -> {
                up = true;
                calls.forEach((id, call) -> transmit(id, call.payload()));
                ping();
            }
            case ANSWER, REFUSAL -> settle(frame);
            case PONG -> {}
            case CALL, CANCEL, PING ->
                throw new IllegalArgumentException("expected answers from the accepting side, but got " + frame.kind());
        }
    }

    private void settle(Frame frame) {
        Call call = calls.remove(frame.id());
        boolean refused = frame.kind() == Frame.Kind.REFUSAL;
        PeerAnswer answer = new PeerAnswer(frame.payload(), () -> tellUnused(frame.id()));
        boolean taken = call != null
                && (refused
                        ? call.answer()
                                .completeExceptionally(new PeerFailure(
                                        PeerFailure.Kind.REFUSED,
                                        peer + " refused: " + new String(frame.payload(), StandardCharsets.UTF_8)))
                        : call.answer().complete(answer));
        if (!taken && !refused) {
            tellUnused(frame.id());
        }
    }

    private void tellUnused(long id) {
        channel().eventLoop().execute(() -> Ignored.outcome(channel().writeAndFlush(Frame.of(Frame.Kind.CANCEL, id))));
    }

    private void ping() {
        if (closed) {
            return;
        }
        if (System.nanoTime() - lastReadNanos > TimeUnit.MILLISECONDS.toNanos(2 * PING_MILLIS)) {
            fail("nothing heard for " + 2 * PING_MILLIS + " ms");
            return;
        }
        Ignored.outcome(channel().writeAndFlush(Frame.of(Frame.Kind.PING, 0)));
        Ignored.outcome(channel().eventLoop().schedule(this::ping, PING_MILLIS, TimeUnit.MILLISECONDS));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("the channel was closed by the peer");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(String.valueOf(cause.getMessage()));
    }

    private void fail(String why) {
        closed = true;
        Ignored.outcome(channel().close());
        List<Call> open = List.copyOf(calls.values());
        calls.clear();
        for (Call call : open) {
            call.answer().completeExceptionally(up ? unknown(why) : notSent(why));
        }
    }

    private PeerFailure notSent(String why) {
        return new PeerFailure(PeerFailure.Kind.NOT_SENT, "not sent to " + peer + ": " + why);
    }

    private PeerFailure unknown(String why) {
        return new PeerFailure(PeerFailure.Kind.UNKNOWN, "no answer from " + peer + ": " + why);
    }
}
