package dev.penstock.cluster.load;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.Event;
import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads a stretch of one node's log. Stateless. */
public final class LogReader {
    private static final int PAGE_EVENTS = 1_000;
    /** For the end of the stretch to arrive at a node that lags. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private LogReader() {}

    /**
     * A stretch of a log.
     *
     * @param entries the events of the rows asked for
     * @param fingerprints of all events, in order: 64 bits of a SHA-256 over the event's bytes
     */
    public record Stretch(long from, List<LogEntry> entries, List<Long> fingerprints) {

        /** Offset of the first event that differs; empty if the stretches are the same. */
        public Optional<Long> firstDifference(Stretch other) {
            int common = Math.min(fingerprints.size(), other.fingerprints.size());
            for (int i = 0; i < common; i++) {
                if (!fingerprints.get(i).equals(other.fingerprints.get(i))) {
                    return Optional.of(from + i);
                }
            }
            boolean same = fingerprints.size() == other.fingerprints.size() && from == other.from;
            return same ? Optional.empty() : Optional.of(from + common);
        }
    }

    /** Events from {@code from} up to and without {@code end}; waits for a node that lags. */
    public static Stretch read(BrokerApi node, String stream, long from, long end, Predicate<Change> wanted)
            throws IOException, InterruptedException {
        List<LogEntry> entries = new ArrayList<>();
        List<Long> fingerprints = new ArrayList<>();
        long next = from;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (next < end) {
            int limit = (int) Math.min(PAGE_EVENTS, end - next);
            BrokerApi.Page page = node.events(stream, next, limit, Duration.ofSeconds(1));
            for (Event event : page.events()) {
                if (event.offset() != next) {
                    throw new IOException(node.url() + " answered offset " + event.offset() + " where " + next
                            + " was expected: offsets must be dense");
                }
                next++;
                fingerprints.add(fingerprint(event.bytes()));
                EventChange.of(event)
                        .filter(wanted)
                        .ifPresent(change -> entries.add(
                                new LogEntry(event.offset(), event.commitLsn(), event.commitOrdinal(), change)));
            }
            if (page.next() != next) {
                throw new IOException(node.url() + " answered next " + page.next() + " after offset " + (next - 1));
            }
            if (page.events().isEmpty() && System.nanoTime() > deadline) {
                throw new IOException(node.url() + " holds the log up to " + next + " only, expected " + end);
            }
        }
        return new Stretch(from, List.copyOf(entries), List.copyOf(fingerprints));
    }

    private static long fingerprint(byte[] bytes) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
