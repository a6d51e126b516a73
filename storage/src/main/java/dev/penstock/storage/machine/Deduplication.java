package dev.penstock.storage.machine;

import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.MessageColumns;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.table.DeduplicationTable;
import dev.penstock.storage.table.DeduplicationTable.Seen;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides, when a batch is appended, which messages to queues repeat one of before: the same queue and deduplication id
 * within five minutes of log time, from the first one on. What was before a purge, or belongs to a queue that was deleted
 * since, does not count. Apply thread only; touches at most eight rows per message with such an id, and what it forgets keeps
 * pace with what it remembers.
 */
final class Deduplication {

    /** SQS' own. */
    static final long WINDOW_MILLIS = 300_000;

    /** Forgotten with each append beside two for each that is remembered: what is left of a burst ends soon. */
    private static final int SWEPT_PER_APPEND = 16;

    private final Catalog catalog;

    /** No row is to be forgotten before; derived from the rows. */
    private long oldestMillis;

    Deduplication(Catalog catalog, KeyReader reader) {
        this.catalog = catalog;
        this.oldestMillis = oldestOf(reader, 0);
    }

    private static long oldestOf(KeyReader reader, long fromMillis) {
        List<Seen> oldest = DeduplicationTable.oldest(reader, fromMillis, 1);
        return oldest.isEmpty() ? Long.MAX_VALUE : oldest.get(0).untilMillis();
    }

    /** Places in the batch of those messages that repeat one of before, in it or not. */
    List<Integer> duplicates(Entry entry, int streamId, long base, BatchHeader header, EventBatch.Columns columns) {
        List<Integer> duplicates = new ArrayList<>();
        MessageColumns messages = columns.messages();
        int remembered = 0;
        for (int at = 0; at < messages.count(); at++) {
            MessageFacts facts = messages.fact(at);
            int event = messages.events()[at];
            Group queue =
                    facts.hasDeduplication() ? queueOf(header.routes().get(columns.route(event)), streamId) : null;
            if (queue == null) {
                continue;
            }
            Seen before = DeduplicationTable.get(entry.tx, facts.deduplicationHigh(), facts.deduplicationLow());
            if (before != null && entry.clockMillis < before.untilMillis() && before.offset() >= queue.startOffset) {
                duplicates.add(event);
            } else {
                remember(entry, before, facts, base + event);
                remembered++;
            }
        }
        forget(entry, remembered * 2 + SWEPT_PER_APPEND);
        return duplicates;
    }

    private @Nullable Group queueOf(Route route, int streamId) {
        if (route.kind() != Route.Kind.MESSAGE || !QueueConfig.isPrefix(route.name())) {
            return null;
        }
        Group group = catalog.group(QueueConfig.groupOf(route.name()));
        boolean receives = group != null
                && group.streamId == streamId
                && group.config.queue().isPresent()
                && QueueConfig.isPrefixOf(route.name(), group.name, group.ordered());
        return receives ? group : null;
    }

    private void remember(Entry entry, @Nullable Seen before, MessageFacts facts, long offset) {
        Seen seen = new Seen(facts.deduplicationHigh(), facts.deduplicationLow(), entry.after(WINDOW_MILLIS), offset);
        DeduplicationTable.put(entry.tx, before, seen);
        oldestMillis = Math.min(oldestMillis, seen.untilMillis());
    }

    private void forget(Entry entry, int max) {
        if (oldestMillis > entry.clockMillis) {
            return;
        }
        for (Seen seen : DeduplicationTable.oldest(entry.tx, oldestMillis, max)) {
            if (seen.untilMillis() > entry.clockMillis) {
                break;
            }
            DeduplicationTable.delete(entry.tx, seen);
        }
        oldestMillis = oldestOf(entry.tx, oldestMillis);
    }
}
