package dev.penstock.replicator.flow;

import java.util.List;
import java.util.function.Supplier;

/**
 * One source as configured on a node.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database?…}, without user and password
 * @param password read anew at each connection, so that a rotated password is picked up
 * @param publication created from {@code tables} if it does not exist when the source is first set up
 * @param tables {@code schema.table} for a publication that Penstock creates; may be empty if it exists
 * @param clusterId goes into application_name, with the term, so that only a higher term terminates a predecessor
 */
public record SourceConfig(
        String name,
        String jdbcUrl,
        String user,
        Supplier<String> password,
        String slot,
        String publication,
        List<String> tables,
        String clusterId,
        String nodeId,
        Limits limits) {

    /**
     * @param maxEventBytes one event as rendered; a larger one stops the source
     * @param targetBatchBytes a batch is proposed when its bodies reach this size
     * @param maxBatchEvents or this many events
     * @param lingerMillis or when its first event is this old and nothing more is pending
     * @param maxOutstandingBytes bound of proposed and not yet committed batches
     * @param walSenderTimeoutMillis set on our own connection: how fast a dead predecessor frees the slot
     */
    public record Limits(
            int maxEventBytes,
            int targetBatchBytes,
            int maxBatchEvents,
            long lingerMillis,
            int maxOutstandingBytes,
            long walSenderTimeoutMillis) {
        public static Limits defaults() {
            return new Limits(16 << 20, 512 << 10, 20_000, 2, 8 << 20, 15_000);
        }
    }

    public SourceConfig {
        tables = List.copyOf(tables);
    }
}
