package dev.penstock.broker.raft;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Reads Ratis' log segment files from outside, before Ratis opens them. A segment is an eight-byte header, then records of
 * varint length, entry (protobuf, its first fields are term and index) and a CRC-32C over both; then zeroes, because the
 * files are preallocated. Stateless.
 */
final class LogSegments {
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.UTF_8);
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final int TERM_TAG = 0x08;
    private static final int INDEX_TAG = 0x10;

    private LogSegments() {}

    /** @param last empty while the segment is open: only its content tells */
    record Segment(Path file, long first, OptionalLong last) {
        boolean open() {
            return last.isEmpty();
        }
    }

    /**
     * @param validBytes length of the header and of the records that are whole
     * @param lastIndex index of the last whole record, first - 1 if there is none
     * @param damage what follows the valid prefix, if it is not plain zeroes
     */
    record Scan(Segment segment, long validBytes, long lastIndex, Optional<String> damage) {}

    /** Rising by first index. */
    static List<Segment> list(Path current) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (Path file : DurableFiles.children(current)) {
            String name = String.valueOf(file.getFileName());
            Matcher open = OPEN.matcher(name);
            Matcher closed = CLOSED.matcher(name);
            if (open.matches()) {
                segments.add(new Segment(file, Long.parseLong(open.group(1)), OptionalLong.empty()));
            } else if (closed.matches()) {
                segments.add(new Segment(
                        file, Long.parseLong(closed.group(1)), OptionalLong.of(Long.parseLong(closed.group(2)))));
            }
        }
        segments.sort(Comparator.comparingLong(Segment::first));
        return segments;
    }

    /** Reads the segment to its end or to the first record that is not whole. */
    static Scan scan(Segment segment) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(segment.file()), 1 << 16))) {
            byte[] header = in.readNBytes(HEADER.length);
            if (!Arrays.equals(header, HEADER)) {
                return new Scan(segment, 0, segment.first() - 1, Optional.of("the header is not whole"));
            }
            return scanRecords(segment, in);
        }
    }

    private static Scan scanRecords(Segment segment, DataInputStream in) throws IOException {
        long valid = HEADER.length;
        long last = segment.first() - 1;
        long bytesOfFile = Files.size(segment.file());
        while (true) {
            Found found;
            try {
                found = readRecord(in, bytesOfFile - valid);
            } catch (EOFException e) {
                return new Scan(segment, valid, last, Optional.of("the last record is cut off at byte " + valid));
            }
            if (found instanceof Found.End) {
                return new Scan(segment, valid, last, Optional.empty());
            } else if (found instanceof Found.Broken broken) {
                return new Scan(segment, valid, last, Optional.of(broken.why() + " at byte " + valid));
            } else if (found instanceof Found.Entry entry) {
                if (entry.index() != last + 1) {
                    return new Scan(
                            segment,
                            valid,
                            last,
                            Optional.of("entry " + entry.index() + " follows entry " + last + " at byte " + valid));
                }
                last = entry.index();
                valid += entry.bytes();
            }
        }
    }

    private sealed interface Found {
        record End() implements Found {}

        record Broken(String why) implements Found {}

        record Entry(long index, long bytes) implements Found {}
    }

    private static Found readRecord(DataInputStream in, long remaining) throws IOException {
        int first = in.read();
        if (first < 0) {
            return new Found.End();
        }
        if (first == 0) {
            return onlyZeroesFollow(in) ? new Found.End() : new Found.Broken("other bytes follow the zeroes");
        }
        CRC32C crc = new CRC32C();
        int varintBytes = 0;
        long length = 0;
        for (int b = first; ; b = in.readUnsignedByte()) {
            crc.update(b);
            length |= (long) (b & 0x7f) << (7 * varintBytes);
            varintBytes++;
            if ((b & 0x80) == 0) {
                break;
            }
            if (varintBytes == 5) {
                return new Found.Broken("a record's length is no number");
            }
        }
        if (length > remaining) {
            return new Found.Broken("a record of " + length + " bytes is cut off");
        }
        byte[] entry = in.readNBytes((int) length);
        if (entry.length < length) {
            throw new EOFException();
        }
        crc.update(entry);
        if (in.readInt() != (int) crc.getValue()) {
            return new Found.Broken("a record fails its checksum");
        }
        return new Found.Entry(indexOf(entry), varintBytes + length + Integer.BYTES);
    }

    private static boolean onlyZeroesFollow(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (buffer[i] != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The entry passed its checksum: what Ratis wrote begins with term and index; protobuf leaves zeroes out. */
    private static long indexOf(byte[] entry) {
        int at = 0;
        if (at < entry.length && entry[at] == TERM_TAG) {
            at++;
            while (entry[at++] < 0) {
                // the term's bytes
            }
        }
        long index = 0;
        if (at < entry.length && entry[at] == INDEX_TAG) {
            at++;
            for (int shift = 0; ; shift += 7) {
                byte b = entry[at++];
                index |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
            }
        }
        return index;
    }
}
