package dev.penstock.broker.http.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageCodec;
import java.util.List;

/** Bytes to frames and back, sealed. A frame that does not check closes the connection. One per channel, on its loop. */
final class FrameCodec extends ByteToMessageCodec<Frame> {

    private static final int HEAD_BYTES = 1 + Long.BYTES;
    private static final int MIN_BYTES = HEAD_BYTES + PeerKeys.MAC_BYTES;

    private final FrameSeal outbound;
    private final FrameSeal inbound;
    private boolean trusted;
    private boolean broken;

    FrameCodec(FrameSeal outbound, FrameSeal inbound) {
        super(Frame.class);
        this.outbound = outbound;
        this.inbound = inbound;
    }

    @Override
    protected void encode(ChannelHandlerContext context, Frame frame, ByteBuf out) {
        int length = MIN_BYTES + frame.payload().length;
        out.ensureWritable(Integer.BYTES + length);
        out.writeInt(length);
        int start = out.writerIndex();
        out.writeByte(frame.kind().code());
        out.writeLong(frame.id());
        out.writeBytes(frame.payload());
        out.writeBytes(outbound.next(out.nioBuffer(start, out.writerIndex() - start)));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            decodeFrame(in, out);
        } catch (IllegalArgumentException notAFrame) {
            // The channel is closed for it; what still comes is not looked at.
            broken = true;
            throw notAFrame;
        }
    }

    private void decodeFrame(ByteBuf in, List<Object> out) {
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        // Until the other side has proved itself it gets room for a HELLO and no more.
        int bound = trusted ? Frame.MAX_BYTES : 1024;
        if (length < MIN_BYTES || length > bound) {
            throw new IllegalArgumentException(
                    "expected a frame of " + MIN_BYTES + " to " + bound + " bytes, but got " + length);
        }
        if (in.readableBytes() < Integer.BYTES + length) {
            return;
        }
        in.skipBytes(Integer.BYTES);
        int sealed = length - PeerKeys.MAC_BYTES;
        byte[] code = new byte[PeerKeys.MAC_BYTES];
        in.getBytes(in.readerIndex() + sealed, code);
        if (!inbound.matchesNext(in.nioBuffer(in.readerIndex(), sealed), code)) {
            throw new IllegalArgumentException(
                    "a frame is not sealed with this cluster's secret; is the peer of another cluster?");
        }
        trusted = true;
        Frame.Kind kind = Frame.Kind.ofCode(in.readByte());
        long id = in.readLong();
        byte[] payload = new byte[sealed - HEAD_BYTES];
        in.readBytes(payload);
        in.skipBytes(PeerKeys.MAC_BYTES);
        out.add(new Frame(kind, id, payload));
    }
}
