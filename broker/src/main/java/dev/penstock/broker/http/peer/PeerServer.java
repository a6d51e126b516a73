package dev.penstock.broker.http.peer;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The accepting side of channels between peers. The HTTP server hands a connection over after the request
 * {@code POST /internal/channel} with {@code Upgrade: penstock-peer}. Thread-safe.
 */
public final class PeerServer {

    public static final String PATH = "/internal/channel";
    public static final String PROTOCOL = "penstock-peer";

    /** Carries 32 random bytes in hexadecimal, either way. */
    public static final String NONCE_HEADER = "penstock-peer-nonce";

    private final String nodeId;
    private final PeerKeys keys;
    private final PeerEndpoints endpoints;

    public PeerServer(String nodeId, PeerKeys keys, PeerEndpoints endpoints) {
        this.nodeId = nodeId;
        this.keys = keys;
        this.endpoints = endpoints;
    }

    /**
     * @param nonce for the answer's header
     * @param handler takes the connection over
     */
    public record Accepted(String nonce, ChannelHandler handler) {}

    /**
     * Empty if the caller's nonce is not one.
     *
     * @param certificate what this side has shown on the connection, or nothing without TLS
     */
    public Optional<Accepted> accept(String callerNonce, byte[] certificate) {
        byte[] theirs;
        try {
            theirs = HexFormat.of().parseHex(callerNonce);
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
        if (theirs.length != PeerKeys.NONCE_BYTES) {
            return Optional.empty();
        }
        byte[] ours = PeerKeys.nonce();
        FrameCodec codec =
                new FrameCodec(keys.toClient(theirs, ours, certificate), keys.toServer(theirs, ours, certificate));
        return Optional.of(
                new Accepted(HexFormat.of().formatHex(ours), new Opening(codec, new PeerServing(nodeId, endpoints))));
    }

    /** Puts codec and service in its own place. */
    private static final class Opening extends ChannelInboundHandlerAdapter {
        private final FrameCodec codec;
        private final PeerServing serving;

        Opening(FrameCodec codec, PeerServing serving) {
            this.codec = codec;
            this.serving = serving;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.pipeline().addAfter(context.name(), "peer-serving", serving);
            context.pipeline().addAfter(context.name(), "peer-frames", codec);
        }
    }
}
