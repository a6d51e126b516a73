package dev.penstock.replicator.flow;

import dev.penstock.replicator.emit.MessageEmitter;
import dev.penstock.replicator.postgres.PgEmitServer;
import dev.penstock.replicator.postgres.PgSettings;

/** Opens what emits messages into a configured source. Stateless. */
public final class SourceEmitter {

    private SourceEmitter() {}

    /** Connects when there is something to send, as the source's own role. The caller closes it. */
    public static MessageEmitter open(SourceConfig config) {
        return new MessageEmitter(new PgEmitServer(new PgSettings(
                config.jdbcUrl(),
                config.user(),
                config.password(),
                "penstock-send:" + config.nodeId(),
                config.slot(),
                config.publication(),
                config.limits().walSenderTimeoutMillis())));
    }
}
