package dev.penstock.cluster.postgres;

import java.io.IOException;

/** A Postgres with a database for the sample tables. */
public sealed interface PostgresServer permits EmbeddedServer, GivenServer {

    /** A URL that psql takes: the superuser's, with the database. */
    String url();

    /** For JDBC: the same, with user and password as parameters. */
    String jdbcUrl();

    /** For a node's configuration: without user's password. */
    String urlFor(String role);

    /** Ends the server if it is ours. */
    void stop() throws IOException;
}
