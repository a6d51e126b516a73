package dev.penstock.broker.http.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the calls of one peer on one channel. On its event loop, but for what endpoints do. */
final class PeerServing extends SimpleChannelInboundHandler<Frame> {

    private static final Logger LOG = LoggerFactory.getLogger(PeerServing.class);

    /** As many long polls as a node may hold for its clients, with room. */
    static final int MAX_CALLS = 4_096;

    /** Answers that the caller may still call unusable: those of the last moments. */
    private static final int MAX_REMEMBERED = 1_024;

    /** A peer proves itself at once. */
    private static final long HELLO_MILLIS = 5_000;

    /** Three pings of the caller. */
    private static final long SILENCE_MILLIS = 15_000;

    private final String nodeId;
    private final PeerEndpoints endpoints;
    private final Map<Long, PeerCall> calls = new HashMap<>();
    private final LinkedHashMap<Long, Runnable> answered = new LinkedHashMap<>();
    private @Nullable String caller;
    private long lastReadNanos = System.nanoTime();

    PeerServing(String nodeId, PeerEndpoints endpoints) {
        super(Frame.class);
        this.nodeId = nodeId;
        this.endpoints = endpoints;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        Ignored.outcome(context.channel()
                .eventLoop()
                .schedule(() -> closeIfUnknown(context), HELLO_MILLIS, TimeUnit.MILLISECONDS));
        watch(context);
    }

    private void closeIfUnknown(ChannelHandlerContext context) {
        if (caller == null) {
            Ignored.outcome(context.close());
        }
    }

    private void watch(ChannelHandlerContext context) {
        if (System.nanoTime() - lastReadNanos > TimeUnit.MILLISECONDS.toNanos(SILENCE_MILLIS)) {
            Ignored.outcome(context.close());
        } else if (context.channel().isActive()) {
            Ignored.outcome(context.channel()
                    .eventLoop()
                    .schedule(() -> watch(context), SILENCE_MILLIS / 3, TimeUnit.MILLISECONDS));
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Frame frame) {
        lastReadNanos = System.nanoTime();
        if (caller == null && frame.kind() != Frame.Kind.HELLO) {
            throw new IllegalArgumentException("expected HELLO first, but got " + frame.kind());
        }
        switch (frame.kind()) {
            case HELLO -> {
                caller = new String(frame.payload(), StandardCharsets.UTF_8);
                send(context, new Frame(Frame.Kind.HELLO, 0, nodeId.getBytes(StandardCharsets.UTF_8)));
            }
            case CALL -> call(context, frame);
            case CANCEL -> cancel(frame.id());
            case PING -> send(context, Frame.of(Frame.Kind.PONG, 0));
            case ANSWER, REFUSAL, PONG ->
                throw new IllegalArgumentException("expected calls from the connecting side, but got " + frame.kind());
        }
    }

    private void call(ChannelHandlerContext context, Frame frame) {
        CallPayload payload = CallPayload.decode(frame.payload());
        Optional<PeerEndpoints.Endpoint> endpoint = endpoints.find(payload.path());
        if (endpoint.isEmpty() || calls.size() >= MAX_CALLS) {
            refuse(context, frame.id(), endpoint.isEmpty() ? "nothing at " + payload.path() : "too many calls");
            return;
        }
        String from = caller == null ? "" : caller;
        PeerCall call = new PeerCall(from, payload.body(), context.channel().eventLoop());
        calls.put(frame.id(), call);
        CompletableFuture<byte[]> answer;
        try {
            answer = endpoint.get().call(call);
        } catch (RuntimeException fault) {
            answer = CompletableFuture.failedFuture(fault);
        }
        Ignored.outcome(answer.whenComplete((bytes, failure) -> onLoop(context, frame.id(), call, bytes, failure)));
    }

    private void onLoop(
            ChannelHandlerContext context,
            long id,
            PeerCall call,
            byte @Nullable [] bytes,
            @Nullable Throwable failure) {
        if (context.channel().eventLoop().inEventLoop()) {
            answer(context, id, call, bytes, failure);
            return;
        }
        try {
            context.channel().eventLoop().execute(() -> answer(context, id, call, bytes, failure));
        } catch (RejectedExecutionException shutDown) {
            runUnused(call);
        }
    }

    private void answer(
            ChannelHandlerContext context,
            long id,
            PeerCall call,
            byte @Nullable [] bytes,
            @Nullable Throwable failure) {
        if (calls.remove(id) == null) {
            // Cancelled meanwhile, or the channel is closed.
            runUnused(call);
            return;
        }
        if (bytes == null) {
            LOG.warn("a call of {} failed", caller, failure);
            refuse(context, id, failure == null ? "no answer" : "the handler failed: " + failure.getMessage());
            return;
        }
        Ignored.outcome(
                context.writeAndFlush(new Frame(Frame.Kind.ANSWER, id, bytes)).addListener(sent -> {
                    if (!sent.isSuccess()) {
                        runUnused(call);
                    }
                }));
        remember(id, call);
    }

    private void remember(long id, PeerCall call) {
        Runnable unused = call.takeUnused();
        if (unused == null) {
            return;
        }
        call.onUnused(() -> {
            Runnable action = answered.remove(id);
            if (action != null) {
                action.run();
            }
        });
        answered.put(id, unused);
        if (answered.size() > MAX_REMEMBERED) {
            answered.remove(answered.keySet().iterator().next());
        }
    }

    private void cancel(long id) {
        PeerCall call = calls.remove(id);
        if (call != null) {
            call.cancel();
        }
        Runnable unused = answered.remove(id);
        if (unused != null) {
            unused.run();
        }
    }

    private static void runUnused(PeerCall call) {
        Runnable unused = call.takeUnused();
        if (unused != null) {
            unused.run();
        }
    }

    private void refuse(ChannelHandlerContext context, long id, String why) {
        send(context, new Frame(Frame.Kind.REFUSAL, id, why.getBytes(StandardCharsets.UTF_8)));
    }

    private static void send(ChannelHandlerContext context, Frame frame) {
        Ignored.outcome(context.writeAndFlush(frame));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        List<PeerCall> open = List.copyOf(calls.values());
        calls.clear();
        answered.clear();
        open.forEach(PeerCall::cancel);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.warn("the channel from peer {} is closed: {}", caller, String.valueOf(cause.getMessage()));
        Ignored.outcome(context.close());
    }
}
