package dev.penstock.broker.http;

import dev.penstock.broker.http.peer.Ignored;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from accept to close, on its event loop: receives a request, has it answered, goes on to the next. Bytes
 * of later requests wait unread until the answer is written, so answers keep the order of requests. After the first
 * protocol error there is one answer and the end.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /** Bytes of pipelined requests that are kept while one is being answered; beyond, the socket is not read. */
    private static final int MAX_PIPELINED_BYTES = 64 * 1024;

    /** After an error answer, bytes still on their way are read and dropped this long: a reset would destroy the answer. */
    private static final long LINGER_MILLIS = 500;

    private enum Phase {
        IDLE,
        HEAD,
        BODY,
        /** The handler has it. */
        EXCHANGE,
        ANSWER,
        /** Answered for the last time; reads and drops what still comes. */
        LINGER,
        CLOSED
    }

    private final RequestHandler handler;
    private final ProtocolSwitch protocols;
    private final HttpLimits limits;
    private final HttpCounters counters;

    private Phase phase = Phase.IDLE;
    private long phaseStartNanos = System.nanoTime();
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private HeadScanner scanner;
    private boolean advancing;
    private boolean keepAlive;
    private @Nullable RequestHead head;
    private @Nullable BodyReader body;
    private @Nullable Exchange exchange;
    private @Nullable AnswerWriter writer;
    private final StallWatch stall = new StallWatch();

    HttpConnection(RequestHandler handler, ProtocolSwitch protocols, HttpLimits limits, HttpCounters counters) {
        this.handler = handler;
        this.protocols = protocols;
        this.limits = limits;
        this.counters = counters;
        this.scanner = new HeadScanner(limits, counters);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        scheduleTick(context);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (phase == Phase.LINGER || phase == Phase.CLOSED) {
            in.release();
            return;
        }
        buffer = buffer.isReadable()
                ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), buffer, in)
                : replaceBuffer(in);
        advance(context);
        boolean answering = phase == Phase.EXCHANGE || phase == Phase.ANSWER;
        if (answering && buffer.readableBytes() > MAX_PIPELINED_BYTES) {
            context.channel().config().setAutoRead(false);
        }
    }

    private ByteBuf replaceBuffer(ByteBuf in) {
        buffer.release();
        return in;
    }

    /** Goes through as many steps as the bytes at hand allow. */
    private void advance(ChannelHandlerContext context) {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            boolean progress = true;
            while (progress) {
                progress = step(context);
            }
        } catch (HttpFailure failure) {
            refuse(context, failure);
        } finally {
            advancing = false;
        }
    }

    private boolean step(ChannelHandlerContext context) {
        return switch (phase) {
            case IDLE -> {
                if (buffer.isReadable()) {
                    enter(Phase.HEAD);
                }
                yield buffer.isReadable();
            }
            case HEAD -> readHead(context);
            case BODY -> readBody(context);
            case EXCHANGE, ANSWER, LINGER, CLOSED -> false;
        };
    }

    private boolean readHead(ChannelHandlerContext context) {
        int length = scanner.scan(buffer);
        if (length < 0) {
            return false;
        }
        byte[] bytes = new byte[length];
        buffer.readBytes(bytes);
        scanner = new HeadScanner(limits, counters);
        RequestHead parsed = HeadParser.parse(bytes);
        head = parsed;
        keepAlive = parsed.keepsAlive();
        body = new BodyReader(parsed, handler.maxBodyBytes(parsed), limits, counters);
        enter(Phase.BODY);
        if (body.done()) {
            Optional<ProtocolSwitch.Accepted> accepted = protocols.accept(parsed);
            if (accepted.isPresent()) {
                switchTo(context, accepted.get());
                return false;
            }
        }
        expectation(context, parsed);
        return true;
    }

    private void expectation(ChannelHandlerContext context, RequestHead parsed) {
        Optional<String> expect = parsed.headers().first("Expect");
        if (expect.isEmpty()) {
            return;
        }
        if (!expect.get().equalsIgnoreCase("100-continue")) {
            throw new HttpFailure(Problem.EXPECTATION_FAILED, "expected no expectation but 100-continue");
        }
        if (parsed.http11() && body != null && !body.done() && !buffer.isReadable()) {
            Ignored.outcome(context.writeAndFlush(
                    Unpooled.copiedBuffer("HTTP/1.1 100 Continue\r\n\r\n", StandardCharsets.US_ASCII)));
        }
    }

    private boolean readBody(ChannelHandlerContext context) {
        BodyReader reader = body;
        RequestHead parsed = head;
        if (reader == null || parsed == null || !(reader.done() || reader.read(buffer))) {
            return false;
        }
        enter(Phase.EXCHANGE);
        Request request = new Request(parsed, reader.body());
        Exchange opened = new Exchange(
                request, requestId(), context.channel().eventLoop(), response -> onLoop(context, response));
        exchange = opened;
        handler.handle(opened);
        // An answer that was given at once is written by now; the next request may follow.
        return true;
    }

    static String requestId() {
        // Not a secret: it only has to differ from others in a log.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
        long variant2 = (random.nextLong() >>> 2) | (1L << 63);
        return new UUID(version4, variant2).toString();
    }

    private void onLoop(ChannelHandlerContext context, Response response) {
        if (context.channel().eventLoop().inEventLoop()) {
            answer(context, response);
            return;
        }
        try {
            context.channel().eventLoop().execute(() -> answer(context, response));
        } catch (java.util.concurrent.RejectedExecutionException shutDown) {
            giveBack(response);
        }
    }

    private void answer(ChannelHandlerContext context, Response response) {
        if (phase != Phase.EXCHANGE) {
            giveBack(response);
            return;
        }
        Response sent = response;
        long now = System.nanoTime();
        if (response.grant().isPresent() && response.grant().get().tooLate(now)) {
            giveBack(response);
            sent = handler.failed(
                    Optional.ofNullable(head),
                    new HttpFailure(
                            Problem.ANSWER_TOO_LATE,
                            "more than half the visibility timeout had passed; the messages were given back"));
        }
        write(context, sent, Phase.IDLE);
    }

    private void write(ChannelHandlerContext context, Response response, Phase next) {
        enter(Phase.ANSWER);
        stall.reset();
        boolean bodyless = head != null && head.method().equals("HEAD");
        counters.addUnsentAnswerBytes(response.bodyBytes());
        Phase after = keepAlive ? next : Phase.LINGER;
        AnswerWriter started = new AnswerWriter(context, response, bodyless, () -> answered(context, after));
        writer = started;
        started.writeHead(after == Phase.IDLE, head == null || head.http11());
    }

    private void answered(ChannelHandlerContext context, Phase next) {
        finishRequest();
        if (phase != Phase.ANSWER) {
            return;
        }
        enter(next);
        if (next == Phase.LINGER) {
            linger(context);
            return;
        }
        context.channel().config().setAutoRead(true);
        advance(context);
    }

    private void finishRequest() {
        if (writer != null) {
            counters.addUnsentAnswerBytes(-writer.response().bodyBytes());
            if (!writer.done()) {
                giveBack(writer.response());
            }
            writer = null;
        }
        if (body != null) {
            body.close();
            body = null;
        }
        exchange = null;
        head = null;
    }

    private void giveBack(Response response) {
        response.grant().ifPresent(grant -> {
            counters.answerGivenBack();
            grant.giveBack().run();
        });
    }

    /** Answers a request that is not well-formed, too large or too slow, and ends the connection. */
    private void refuse(ChannelHandlerContext context, HttpFailure failure) {
        if (phase == Phase.EXCHANGE || phase == Phase.ANSWER || phase == Phase.LINGER || phase == Phase.CLOSED) {
            return;
        }
        if (failure.problem() == Problem.MALFORMED_REQUEST) {
            counters.hit(HttpCounters.Limit.MALFORMED);
        }
        write(context, handler.failed(Optional.ofNullable(head), failure), Phase.LINGER);
    }

    private void linger(ChannelHandlerContext context) {
        replaceBuffer(Unpooled.EMPTY_BUFFER);
        buffer = Unpooled.EMPTY_BUFFER;
        if (context.channel() instanceof SocketChannel socket && socket.isActive()) {
            Ignored.outcome(socket.shutdownOutput());
        }
        context.channel().config().setAutoRead(true);
        Ignored.outcome(context.channel()
                .eventLoop()
                .schedule(() -> Ignored.outcome(context.close()), LINGER_MILLIS, TimeUnit.MILLISECONDS));
    }

    private void switchTo(ChannelHandlerContext context, ProtocolSwitch.Accepted accepted) {
        AnswerWriter answer = new AnswerWriter(context, accepted.answer(), true, () -> {});
        answer.writeHead(true, true);
        ByteBuf rest = buffer;
        buffer = Unpooled.EMPTY_BUFFER;
        finishRequest();
        enter(Phase.CLOSED);
        context.pipeline().addAfter(context.name(), null, accepted.handler());
        context.fireChannelRead(rest);
        context.pipeline().remove(this);
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
        long age = System.nanoTime() - phaseStartNanos;
        switch (phase) {
            case IDLE -> {
                if (age > limits.idle().toNanos()) {
                    counters.hit(HttpCounters.Limit.IDLE);
                    Ignored.outcome(context.close());
                }
            }
            case HEAD -> {
                if (age > limits.headerDeadline().toNanos()) {
                    tooSlow(context, HttpCounters.Limit.HEADER_DEADLINE, "header", limits.headerDeadline());
                }
            }
            case BODY -> {
                if (age > limits.bodyDeadline().toNanos()) {
                    tooSlow(context, HttpCounters.Limit.BODY_DEADLINE, "body", limits.bodyDeadline());
                }
            }
            case ANSWER -> checkProgress(context);
            case EXCHANGE, LINGER, CLOSED -> {}
        }
        scheduleTick(context);
    }

    private void tooSlow(
            ChannelHandlerContext context, HttpCounters.Limit limit, String part, java.time.Duration deadline) {
        counters.hit(limit);
        refuse(
                context,
                new HttpFailure(
                        Problem.REQUEST_TIMEOUT,
                        "expected the whole " + part + " within " + deadline.toMillis() + " ms"));
    }

    private void checkProgress(ChannelHandlerContext context) {
        boolean late = writer != null
                && writer.response()
                        .grant()
                        .filter(grant -> grant.tooLate(System.nanoTime()))
                        .isPresent();
        if (stall.stalled(context.channel(), limits.writeStall())) {
            counters.hit(HttpCounters.Limit.WRITE_STALL);
            Ignored.outcome(context.close());
        } else if (late) {
            // Half the answer is out; what the client has of it must not look whole.
            Ignored.outcome(context.close());
        }
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
        replaceBuffer(Unpooled.EMPTY_BUFFER);
        buffer = Unpooled.EMPTY_BUFFER;
        if (waiting && open != null) {
            counters.clientGone();
            open.abandon();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("connection lost: {}", cause.getMessage());
        } else {
            LOG.error("the connection failed and is closed", cause);
        }
        Ignored.outcome(context.close());
    }
}
