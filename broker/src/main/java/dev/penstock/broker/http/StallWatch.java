package dev.penstock.broker.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/** Notices that the other side takes no bytes. One per answer, on its event loop. */
final class StallWatch {

    private long lastPending = -1;
    private long lastProgress;
    private long sinceNanos = System.nanoTime();

    /** Whether bytes have been waiting, and not one was taken, for so long. */
    boolean stalled(Channel channel, Duration bound) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        long pending = out == null ? 0 : out.totalPendingWriteBytes();
        long progress = out == null ? 0 : out.currentProgress();
        if (pending == 0 || pending != lastPending || progress != lastProgress) {
            lastPending = pending;
            lastProgress = progress;
            sinceNanos = System.nanoTime();
            return false;
        }
        return System.nanoTime() - sinceNanos > bound.toNanos();
    }
}
