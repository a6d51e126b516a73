package dev.penstock.broker.raft;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Log segments as Ratis writes them, for tests of the tools that read them from outside. */
final class LogFiles {
    private LogFiles() {}

    static byte[] segment(long firstIndex, int entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("RaftLog1".getBytes(StandardCharsets.UTF_8));
        for (long index = firstIndex; index < firstIndex + entries; index++) {
            out.write(record(index));
        }
        return out.toByteArray();
    }

    static byte[] record(long index) {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        entry.write(0x08);
        varint(entry, 3);
        if (index > 0) {
            entry.write(0x10);
            varint(entry, index);
        }
        entry.writeBytes(new byte[200]);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        varint(record, entry.size());
        record.writeBytes(entry.toByteArray());
        CRC32C crc = new CRC32C();
        crc.update(record.toByteArray());
        record.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return record.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** With zeroes behind, as the files are preallocated. */
    static void write(Path file, byte[] content, int padding) throws IOException {
        Files.write(file, Arrays.copyOf(content, content.length + padding));
    }
}
