package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each thing that can stand in the way is found beforehand, and said with its remedy. */
@ExtendWith(SharedPostgres.class)
class SourcePreflightIT {

    private SourceHarness source;

    @BeforeEach
    void open(EmbeddedPostgres postgres) throws SQLException {
        source = new SourceHarness(postgres);
        source.sql("create table t(id int primary key)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
    }

    private static void only(List<Problem> problems, String code, String remedy) {
        assertThat(problems).extracting(Problem::code).containsExactly(code);
        assertThat(problems.get(0).detail()).contains(remedy).doesNotContain(SourceHarness.PASSWORD);
    }

    private static SourceConfig with(SourceConfig was, String url, String user, String password) {
        return new SourceConfig(
                was.name(),
                url,
                user,
                () -> password,
                was.slot(),
                was.publication(),
                was.tables(),
                was.clusterId(),
                was.nodeId(),
                was.limits());
    }

    @Test
    void shouldFindNothingWrong() throws SQLException {
        source.sql("create publication penstock for table t");
        assertThat(SourcePreflight.check(source.config())).isEmpty();
        assertThat(source.ask("select count(*) from pg_replication_slots where slot_name = '" + source.slot + "'"))
                .isEqualTo("0");
    }

    @Test
    void shouldNameAnUnreachableServer() {
        SourceConfig config = source.config("x.t");
        only(
                SourcePreflight.check(with(config, "jdbc:postgresql://localhost:1/shop", config.user(), "")),
                "unreachable",
                "check host, port");
        only(
                SourcePreflight.check(with(config, "jdbc:mysql://x/y", config.user(), "")),
                "unreachable",
                "jdbc:postgresql:");
    }

    @Test
    void shouldNameAMissingDatabase(EmbeddedPostgres postgres) {
        SourceConfig config = source.config("x.t");
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/no_such";
        only(SourcePreflight.check(with(config, url, config.user(), "")), "database_missing", "create the database");
    }

    @Test
    void shouldNameAMissingRole() {
        SourceConfig config = source.config("x.t");
        only(
                SourcePreflight.check(with(config, config.jdbcUrl(), "nobody_here", "")),
                "authentication_failed",
                "must exist WITH LOGIN");
    }

    @Test
    void shouldNameAMissingPrivilege() throws SQLException {
        // given
        source.sql("create publication penstock for table t", "create role plain_" + source.database + " login");
        SourceConfig config = source.config();

        // then
        only(
                SourcePreflight.check(with(config, config.jdbcUrl(), "plain_" + source.database, "")),
                "replication_privilege_missing",
                "ALTER ROLE \"plain_" + source.database + "\" REPLICATION");
        source.sql("drop role plain_" + source.database);
    }

    @Test
    void shouldNameWhatThePublicationLacks() throws SQLException {
        only(SourcePreflight.check(source.config()), "publication_missing", "name tables, or run CREATE PUBLICATION");
        only(
                SourcePreflight.check(source.config("x.t")),
                "publication_missing",
                "run CREATE PUBLICATION \"penstock\" FOR TABLE \"x\".\"t\"");
        source.sql("grant create on database " + source.database + " to " + SourceHarness.ROLE);
        only(SourcePreflight.check(source.config("x.t")), "publication_missing", "does not own x.t");
        only(SourcePreflight.check(source.config("x.none")), "table_missing", "x.none");
        source.sql("grant usage on schema x to " + SourceHarness.ROLE, "alter table t owner to " + SourceHarness.ROLE);
        assertThat(SourcePreflight.check(source.config("x.t"))).isEmpty();
    }

    @Test
    void shouldNameAnotherReaderOfTheSlot() throws SQLException {
        // given
        source.stream("x.t");
        SourceConfig config = source.config();
        SourceConfig other = new SourceConfig(
                "main",
                config.jdbcUrl(),
                config.user(),
                config.password(),
                config.slot(),
                config.publication(),
                List.of(),
                "another-cluster",
                "n1",
                config.limits());

        // then
        assertThat(SourcePreflight.check(config)).isEmpty();
        only(SourcePreflight.check(other), "slot_in_use", "read by another consumer");
    }

    @Test
    void shouldNameAWrongWalLevel() throws SQLException, IOException {
        try (EmbeddedPostgres replica =
                SharedPostgres.builder().setServerConfig("wal_level", "replica").start()) {
            SourceConfig config = source.config("public.t");
            List<Problem> problems = SourcePreflight.check(
                    with(config, "jdbc:postgresql://localhost:" + replica.getPort() + "/postgres", "postgres", ""));
            assertThat(problems).extracting(Problem::code).contains("wal_level");
            assertThat(problems.get(0).detail()).contains("ALTER SYSTEM SET wal_level = logical");
        }
    }
}
