package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from accept to close, on its event loop: takes a request, has it answered, goes on to the next. After the
 * first protocol error there is one answer and the end. Stands behind the decoder and the encoder.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /** After an error answer, bytes still on their way are read and dropped this long: a reset would destroy the answer. */
    private static final long LINGER_MILLIS = 500;

    private enum Phase {
        /** There is no request, or not the whole of one. */
        RECEIVE,
        /** The handler has it. */
        EXCHANGE,
        ANSWER,
        /** Answered for the last time; reads and drops what still comes. */
        LINGER,
        CLOSED
    }

    private final RequestDecoder decoder;
    private final RequestReceiver receiver;
    private final RequestHandler handler;
    private final ProtocolSwitch protocols;
    private final HttpLimits limits;
    private final HttpCounters counters;

    private Phase phase = Phase.RECEIVE;
    private long phaseStartNanos = System.nanoTime();
    private @Nullable Exchange exchange;
    private @Nullable AnswerWriter writer;

    /** @param decoder the one before it in the pipeline */
    HttpConnection(
            RequestDecoder decoder,
            RequestHandler handler,
            ProtocolSwitch protocols,
            HttpLimits limits,
            HttpCounters counters) {
        this.decoder = decoder;
        this.receiver = new RequestReceiver(decoder, handler, limits, counters);
        this.handler = handler;
        this.protocols = protocols;
        this.limits = limits;
        this.counters = counters;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        scheduleTick(context);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            // In any other phase it is the rest of a request that was refused.
            if (phase == Phase.RECEIVE) {
                receiver.take(context, message).ifPresent(request -> open(context, request));
            }
        } catch (HttpFailure failure) {
            refuse(context, failure);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void open(ChannelHandlerContext context, Request request) {
        if (request.body().length == 0) {
            Optional<ProtocolSwitch.Accepted> accepted = protocols.accept(request.head(), context.channel());
            if (accepted.isPresent()) {
                switchTo(context, accepted.get());
                return;
            }
        }
        enter(Phase.EXCHANGE);
        Exchange opened = new Exchange(
                request, requestId(), context.channel().eventLoop(), response -> onLoop(context, request, response));
        exchange = opened;
        handler.handle(opened);
    }

    private void switchTo(ChannelHandlerContext context, ProtocolSwitch.Accepted accepted) {
        enter(Phase.CLOSED);
        receiver.release();
        AnswerWriter answer = new AnswerWriter(context, accepted.answer(), true, counters, () -> {});
        answer.start(true, true);
        answer.end();
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addAfter(context.name(), null, accepted.handler());
        pipeline.remove(this);
        pipeline.remove(HttpResponseEncoder.class);
        // The last to go: it hands the bytes behind the request to the handlers of the other protocol.
        pipeline.remove(decoder);
    }

    static String requestId() {
        // Not a secret: it only has to differ from others in a log.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
        long variant2 = (random.nextLong() >>> 2) | (1L << 63);
        return new UUID(version4, variant2).toString();
    }

    private void onLoop(ChannelHandlerContext context, Request request, Response response) {
        if (context.channel().eventLoop().inEventLoop()) {
            answer(context, request, response);
            return;
        }
        try {
            context.channel().eventLoop().execute(() -> answer(context, request, response));
        } catch (RejectedExecutionException shutDown) {
            response.giveBack(counters);
        }
    }

    private void answer(ChannelHandlerContext context, Request request, Response response) {
        if (phase != Phase.EXCHANGE) {
            response.giveBack(counters);
            return;
        }
        Response sent = response;
        if (response.tooLate()) {
            response.giveBack(counters);
            sent = handler.failed(
                    Optional.of(request.head()),
                    new HttpFailure(
                            Problem.ANSWER_TOO_LATE,
                            "more than half the visibility timeout had passed; the messages were given back"));
        }
        write(context, sent, request.head().keepsAlive());
    }

    /** Answers a request that is not well-formed, too large or too slow, and ends the connection. */
    private void refuse(ChannelHandlerContext context, HttpFailure failure) {
        decoder.drop();
        counters.refused(failure.problem());
        write(context, handler.failed(receiver.head(), failure), false);
    }

    private void write(ChannelHandlerContext context, Response response, boolean goOn) {
        enter(Phase.ANSWER);
        Optional<RequestHead> head = receiver.head();
        boolean bodyless = head.filter(asked -> asked.method().equals("HEAD")).isPresent();
        AnswerWriter started = new AnswerWriter(context, response, bodyless, counters, () -> answered(context, goOn));
        writer = started;
        try {
            started.start(goOn, head.map(RequestHead::http11).orElse(true));
        } catch (IllegalArgumentException notSendable) {
            exceptionCaught(context, notSendable);
        }
    }

    private void answered(ChannelHandlerContext context, boolean goOn) {
        finishRequest();
        if (phase != Phase.ANSWER) {
            return;
        }
        context.channel().config().setAutoRead(true);
        if (goOn) {
            enter(Phase.RECEIVE);
            decoder.next(context.pipeline());
        } else {
            enter(Phase.LINGER);
            linger(context);
        }
    }

    private void linger(ChannelHandlerContext context) {
        decoder.drop();
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls != null) {
            Ignored.outcome(tls.closeOutbound());
        } else if (context.channel() instanceof SocketChannel socket && socket.isActive()) {
            Ignored.outcome(socket.shutdownOutput());
        }
        Ignored.outcome(context.channel()
                .eventLoop()
                .schedule(() -> Ignored.outcome(context.close()), LINGER_MILLIS, TimeUnit.MILLISECONDS));
    }

    private void finishRequest() {
        if (writer != null) {
            writer.end();
            writer = null;
        }
        receiver.release();
        exchange = null;
    }

    private void enter(Phase next) {
        phase = next;
        phaseStartNanos = System.nanoTime();
    }

    private void scheduleTick(ChannelHandlerContext context) {
        Ignored.outcome(context.channel()
                .eventLoop()
                .schedule(() -> tick(context), limits.tickMillis(), TimeUnit.MILLISECONDS));
    }

    private void tick(ChannelHandlerContext context) {
        if (phase == Phase.CLOSED || !context.channel().isActive()) {
            return;
        }
        if (phase == Phase.RECEIVE) {
            checkReceiving(context);
        } else if (phase == Phase.ANSWER && writer != null && writer.isHopeless(limits.writeStall())) {
            // Half the answer may be out; what the client has of it must not look whole.
            Ignored.outcome(context.close());
        }
        scheduleTick(context);
    }

    private void checkReceiving(ChannelHandlerContext context) {
        try {
            receiver.checkDeadlines();
        } catch (HttpFailure tooSlow) {
            refuse(context, tooSlow);
            return;
        }
        if (receiver.isIdle()
                && System.nanoTime() - phaseStartNanos > limits.idle().toNanos()) {
            counters.hit(HttpCounters.Limit.IDLE);
            Ignored.outcome(context.close());
        }
    }

    /** Plain HTTP, an old protocol, a client that does not trust us: theirs to see, and worth a number, not a line. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            counters.hit(HttpCounters.Limit.TLS_HANDSHAKE);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (writer != null && context.channel().isWritable()) {
            writer.pump();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean waiting = phase == Phase.EXCHANGE;
        Exchange open = exchange;
        enter(Phase.CLOSED);
        finishRequest();
        if (waiting && open != null) {
            counters.clientGone();
            open.abandon();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection lost: {}", cause.getMessage());
        } else if (cause instanceof DecoderException && cause.getCause() instanceof SSLException notTls) {
            LOG.debug("no TLS on a connection: {}", notTls.getMessage());
        } else {
            LOG.error("the connection failed and is closed", cause);
        }
        Ignored.outcome(context.close());
    }
}
