package dev.penstock.cluster.it;

import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.EmbeddedServer;
import dev.penstock.cluster.postgres.GivenServer;
import dev.penstock.cluster.postgres.PostgresServer;
import dev.penstock.cluster.process.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The Postgres of a test class: from Testcontainers where a Docker engine answers, else from the embedded binaries; says
 * which. Tests that kill it or change its settings ask for the embedded one. Confined to one thread.
 */
final class TestPostgres implements AutoCloseable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(TestPostgres.class);
    private static final DockerImageName IMAGE = DockerImageName.parse("postgres:18");
    private static final Path BINARIES = Path.of("target/penstock/postgres");

    private final Path directory;
    private final PostgresServer server;
    private final Optional<PostgreSQLContainer> container;

    private TestPostgres(Path directory, PostgresServer server, Optional<PostgreSQLContainer> container) {
        this.directory = directory;
        this.server = server;
        this.container = container;
    }

    /** Whichever is there. */
    static TestPostgres any() throws IOException, SQLException {
        if (!dockerAnswers()) {
            LOG.info("no Docker engine answers: these tests run on the embedded Postgres");
            return embedded(Map.of());
        }
        PostgreSQLContainer container = new PostgreSQLContainer(IMAGE)
                .withUsername("postgres")
                .withDatabaseName(EmbeddedServer.DATABASE)
                .withCommand(
                        "postgres",
                        "-c",
                        "wal_level=logical",
                        "-c",
                        "max_replication_slots=20",
                        "-c",
                        "max_wal_senders=20",
                        "-c",
                        "max_connections=200");
        try {
            container.start();
        } catch (ContainerLaunchException | ContainerFetchException e) {
            LOG.info(
                    "a Docker engine answers, but gives no {} ({}): these tests run on the embedded Postgres",
                    IMAGE,
                    e.getMessage());
            return embedded(Map.of());
        }
        LOG.info("these tests run on the Postgres of a container, {}", IMAGE);
        String url = "postgresql://postgres:" + container.getPassword() + "@" + container.getHost() + ":"
                + container.getFirstMappedPort() + "/" + EmbeddedServer.DATABASE;
        return new TestPostgres(
                Files.createTempDirectory("penstock-it-"), new GivenServer(url), Optional.of(container));
    }

    private static boolean dockerAnswers() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (IllegalStateException e) {
            return false; // no engine: that is what was asked
        }
    }

    static TestPostgres embedded(Map<String, String> changes) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("penstock-it-");
        EmbeddedServer server = new EmbeddedServer(directory, BINARIES, FreePorts.one(), changes);
        server.start();
        DemoDatabase.createDatabase(server);
        return new TestPostgres(directory, server, Optional.empty());
    }

    PostgresServer server() {
        return server;
    }

    /** Only of {@link #embedded}. */
    EmbeddedServer embedded() {
        if (server instanceof EmbeddedServer embedded) {
            return embedded;
        }
        throw new IllegalStateException("this Postgres runs in a container");
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of each row, as text. */
    List<String> query(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                values.add(result.getString(1));
            }
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        server.stop();
        container.ifPresent(PostgreSQLContainer::stop);
        Directories.delete(directory);
    }
}
