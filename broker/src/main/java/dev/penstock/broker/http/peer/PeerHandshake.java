package dev.penstock.broker.http.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Asks a peer's HTTP server for the channel and reads its answer; then gives way to the frames. One per channel. */
final class PeerHandshake extends ByteToMessageDecoder {

    private static final int MAX_ANSWER_BYTES = 4_096;

    /** Told to the handlers behind when frames may be written. */
    record Switched() {}

    private final PeerKeys keys;
    private final String peer;
    private final byte[] nonce = PeerKeys.nonce();

    PeerHandshake(PeerKeys keys, String peer) {
        this.keys = keys;
        this.peer = peer;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        String request =
                "POST " + PeerServer.PATH + " HTTP/1.1\r\nHost: " + peer + "\r\nConnection: Upgrade\r\nUpgrade: "
                        + PeerServer.PROTOCOL + "\r\n" + PeerServer.NONCE_HEADER + ": "
                        + HexFormat.of().formatHex(nonce) + "\r\nContent-Length: 0\r\n\r\n";
        Ignored.outcome(context.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII)));
        context.fireChannelActive();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        String text = in.toString(
                in.readerIndex(), Math.min(in.readableBytes(), MAX_ANSWER_BYTES), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            if (text.length() == MAX_ANSWER_BYTES) {
                throw new IllegalArgumentException("expected a short answer to the request for a peer channel");
            }
            return;
        }
        String head = text.substring(0, end);
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IllegalArgumentException("expected to switch protocols, but got '"
                    + head.lines().findFirst().orElse("") + "'; is it a Penstock node?");
        }
        in.skipBytes(end + 4);
        byte[] theirs = serverNonce(head);
        byte[] certificate = PeerTls.shownTo(context.channel());
        context.pipeline()
                .addAfter(
                        context.name(),
                        null,
                        new FrameCodec(
                                keys.toServer(nonce, theirs, certificate), keys.toClient(nonce, theirs, certificate)));
        context.fireUserEventTriggered(new Switched());
        context.pipeline().remove(this);
    }

    private static byte[] serverNonce(String head) {
        String name = PeerServer.NONCE_HEADER + ":";
        String value = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the peer's answer has no nonce"))
                .substring(name.length())
                .strip();
        byte[] nonce = HexFormat.of().parseHex(value);
        if (nonce.length != PeerKeys.NONCE_BYTES) {
            throw new IllegalArgumentException("the peer's nonce has " + nonce.length + " bytes");
        }
        return nonce;
    }
}
