package dev.penstock.cluster.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Rows that wait in the WAL: about 200 bytes each on the wire, several in a transaction. */
final class Backlog {
    static final String TABLE = "bench_rows";
    static final List<String> CREATE = List.of("create table if not exists " + TABLE
            + " (id bigint primary key, customer bigint not null, status text not null, amount numeric(12,2) not null,"
            + " note text not null, created_at timestamptz not null)");

    private Backlog() {}

    static void write(String jdbcUrl, long rows, int rowsPerTransaction) throws SQLException {
        String sql = "insert into " + TABLE + " select n, n % 1000, 'paid', n / 100.0, repeat('x', 100),"
                + " timestamptz '2026-01-01 00:00:00+00' + n * interval '1 second' from generate_series(?::bigint, ?) n";
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                PreparedStatement insert = connection.prepareStatement(sql);
                Statement statement = connection.createStatement()) {
            // The rows are written once and read once; that they are on disk is not what is measured.
            statement.execute("set synchronous_commit = off");
            for (long first = 1; first <= rows; first += rowsPerTransaction) {
                insert.setLong(1, first);
                insert.setLong(2, Math.min(rows, first + rowsPerTransaction - 1));
                insert.executeUpdate();
            }
            statement.execute("set synchronous_commit = on");
            statement.execute("checkpoint");
        }
    }
}
