package dev.penstock.broker.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A committed index that the log on this disk must reach at the next start: a log that ends before it has lost entries that
 * were acknowledged, and its node must not vote. Committed rather than flushed, because a new leader may rightly cut flushed
 * entries that were never committed. Forced about once a second, so what was lost of the last second before a stop is not
 * noticed. Two slots of 4 KiB (the size a disk writes at once) are written in turn, so that a torn write spoils one only.
 * Used by one thread.
 */
final class LogWatermark implements AutoCloseable {
    private static final int SLOT_BYTES = 4096;
    private static final int RECORD_BYTES = Long.BYTES + Integer.BYTES;

    private final FileChannel channel;
    private int slot;
    private long written;

    private LogWatermark(FileChannel channel, long written) {
        this.channel = channel;
        this.written = written;
    }

    /** -1 if there is none. */
    static long read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return -1;
        }
        byte[] content = Files.readAllBytes(file);
        long index = -1;
        for (int at = 0; at + RECORD_BYTES <= content.length; at += SLOT_BYTES) {
            ByteBuffer slot = ByteBuffer.wrap(content, at, RECORD_BYTES);
            long value = slot.getLong();
            if (slot.getInt() == checksum(value)) {
                index = Math.max(index, value);
            }
        }
        return index;
    }

    static LogWatermark open(Path file) throws IOException {
        long before = read(file);
        return new LogWatermark(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE), before);
    }

    /** Durable when it returns; does nothing unless the index rose. */
    void advance(long index) throws IOException {
        if (index <= written) {
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
        record.putLong(index).putInt(checksum(index)).flip();
        long position = (long) slot * SLOT_BYTES;
        while (record.hasRemaining()) {
            position += channel.write(record, position);
        }
        channel.force(false);
        slot = 1 - slot;
        written = index;
    }

    private static int checksum(long value) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
