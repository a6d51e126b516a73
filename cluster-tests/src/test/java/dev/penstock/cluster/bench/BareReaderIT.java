package dev.penstock.cluster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.postgres.BareReader;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.EmbeddedServer;
import dev.penstock.cluster.process.FreePorts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BareReaderIT {
    @TempDir
    Path directory;

    @Test
    void shouldReadEveryRowOfABacklogOnce() throws Exception {
        EmbeddedServer server =
                new EmbeddedServer(directory, Path.of("target/penstock/postgres"), FreePorts.one(), Map.of());
        server.start();
        try {
            DemoDatabase.createDatabase(server);
            DemoDatabase.Names names = new DemoDatabase.Names("penstock", "penstock", "penstock");
            new DemoDatabase(server, names).prepare("secret", List.of(Backlog.TABLE), Backlog.CREATE);
            try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_create_logical_replication_slot('reader', 'pgoutput')");
                Backlog.write(server.jdbcUrl(), 2_345, 100);

                BareReader.Result result = BareReader.drain(server, "reader", "penstock", 2_345);

                assertThat(result.rows()).isEqualTo(2_345);
                assertThat(result.bytes()).isGreaterThan(2_345 * 100);
                assertThat(statement
                                .executeQuery("select pg_drop_replication_slot('reader')")
                                .next())
                        .isTrue();
            }
        } finally {
            server.stop();
        }
    }
}
