package dev.penstock.replicator.postgres;

import java.util.function.Supplier;

/**
 * How to reach one source.
 *
 * @param jdbcUrl without user and password
 * @param password read anew at each connection
 * @param applicationName of the replication connection: by it a slot's holder is recognised
 * @param walSenderTimeoutMillis how fast the server gives up on us, and so frees the slot
 */
public record PgSettings(
        String jdbcUrl,
        String user,
        Supplier<String> password,
        String applicationName,
        String slot,
        String publication,
        long walSenderTimeoutMillis) {}
