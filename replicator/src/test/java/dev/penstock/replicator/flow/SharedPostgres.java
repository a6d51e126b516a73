package dev.penstock.replicator.flow;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One embedded Postgres for all integration tests of the module, stopped after the last of them. */
public final class SharedPostgres implements BeforeAllCallback, ParameterResolver {

    private static final Namespace PLACE = Namespace.create(SharedPostgres.class);

    private record Running(EmbeddedPostgres postgres) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            postgres.close();
        }
    }

    static EmbeddedPostgres.Builder builder() {
        return EmbeddedPostgres.builder()
                // The library's default is off: decoding would then not see what was just committed.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("wal_level", "logical")
                .setServerConfig("max_replication_slots", "30")
                .setServerConfig("max_wal_senders", "30")
                .setServerConfig("max_prepared_transactions", "10")
                .setServerConfig("max_connections", "100");
    }

    private static EmbeddedPostgres of(ExtensionContext context) {
        return context.getRoot()
                .getStore(PLACE)
                .getOrComputeIfAbsent("postgres", key -> start(), Running.class)
                .postgres();
    }

    private static Running start() {
        try {
            return new Running(builder().start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        of(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedPostgres.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return of(context);
    }
}
