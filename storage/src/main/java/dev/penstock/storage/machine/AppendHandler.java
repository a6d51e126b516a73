package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.SourceState.Phase;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.table.BatchFacts;
import dev.penstock.storage.table.LogTable;
import dev.penstock.storage.table.StreamChain;
import java.util.List;

/**
 * Compare-and-append: a batch is stored only right behind the source's last event, as a whole or not at all. Never reads
 * a body. Touches at most four rows and the batch, and the rows of its messages to queues ({@link Deduplication}).
 */
final class AppendHandler {

    private final Catalog catalog;
    private final Deduplication deduplication;

    AppendHandler(Catalog catalog, Deduplication deduplication) {
        this.catalog = catalog;
        this.deduplication = deduplication;
    }

    Reply append(Entry entry, Command.Append c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() == Phase.STOPPED) {
            return SourceHandler.stopped(source);
        }
        if (source.phase() != Phase.READY) {
            return SourceHandler.conflict(source, "not ready");
        }
        return compareAndStore(entry, source, c.batch());
    }

    /** The gap and the stop are one fact: no leader can be lost between them. */
    Reply stop(Entry entry, Command.StopSource c) {
        SourceState source = catalog.source(c.streamId());
        if (source == null) {
            return Refusal.unknownSource(c.streamId());
        }
        if (source.phase() == Phase.STOPPED) {
            return SourceHandler.stopped(source);
        }
        Reply reply;
        if (c.gapBatch().length == 0) {
            reply = source.last().equals(c.previous()) ? new Reply.Done() : new Reply.Mismatch(source.last());
        } else {
            reply = compareAndStore(entry, source, c.gapBatch());
        }
        if (reply instanceof Reply.Done || reply instanceof Reply.Appended) {
            SourceState now = catalog.source(c.streamId());
            catalog.put(SourceHandler.stoppedFor(now == null ? source : now, c.reason()));
        }
        return reply;
    }

    private Reply compareAndStore(Entry entry, SourceState source, byte[] batch) {
        BatchCodec.Verified verified;
        try {
            verified = BatchCodec.verify(batch);
        } catch (StoredFormatException e) {
            return Refusal.malformed("expected a batch of source " + source.name() + ", but: " + e.getMessage());
        }
        BatchHeader header = verified.header();
        if (!header.source().equals(source.name())) {
            return Refusal.malformed(
                    "expected a batch of source " + source.name() + ", but it is of " + header.source());
        }
        if (header.last().epoch() > source.epoch()) {
            return SourceHandler.conflict(source, "in epoch " + source.epoch() + ", before the batch's");
        }
        if (!header.last().isAfter(source.last())) {
            return new Reply.Duplicate(source.last());
        }
        if (!header.previous().equals(source.last())) {
            return new Reply.Mismatch(source.last());
        }
        if (header.last().epoch() < source.epoch()) {
            return SourceHandler.conflict(source, "in epoch " + source.epoch() + ", after the batch's");
        }
        return store(entry, source, verified, batch);
    }

    private Reply store(Entry entry, SourceState source, BatchCodec.Verified verified, byte[] batch) {
        BatchHeader header = verified.header();
        StreamState stream = catalog.stream(source.streamId());
        if (stream == null) {
            throw new IllegalStateException("expected a stream for source " + source.name());
        }
        List<Integer> duplicates =
                deduplication.duplicates(entry, stream.id(), stream.end(), header, verified.columns());
        StreamState grown = storeAtEnd(entry, stream, header, batch, duplicates);
        catalog.put(grown);
        catalog.put(SourceHandler.moved(
                source,
                header.last(),
                header.lastInTransaction(),
                source.bound().max(header.endLsn())));
        entry.grownStreams.add(stream.id());
        return new Reply.Appended(stream.end(), grown.end());
    }

    /**
     * The stream with the batch, as it is to be put.
     *
     * @param duplicates places in the batch of messages that repeat earlier ones
     */
    static StreamState storeAtEnd(
            Entry entry, StreamState stream, BatchHeader header, byte[] batch, List<Integer> duplicates) {
        long base = stream.end();
        long end = base + header.eventCount();
        long chain = StreamChain.next(stream.chain(), base, BatchCodec.checksum(batch));
        long maxCommitMicros = BatchFacts.floor(entry.tx, stream.id(), base)
                .map(facts -> Math.max(facts.maxCommitMicros(), header.maxCommitMicros()))
                .orElse(header.maxCommitMicros());
        LogTable.append(entry.tx, stream.id(), base, batch);
        BatchFacts.append(
                entry.tx,
                stream.id(),
                new BatchFacts(
                        base,
                        header.eventCount(),
                        batch.length,
                        entry.clockMillis,
                        entry.wallMillis,
                        maxCommitMicros,
                        chain,
                        duplicates));
        return stream.grown(end, batch.length, chain);
    }
}
