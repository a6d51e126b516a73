package dev.penstock.cluster.postgres;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** COPY ... FROM STDIN, which JDBC does not have. */
public final class CopyRows {
    private CopyRows() {}

    /**
     * @param rows in COPY's text format
     * @return rows copied
     */
    public static long copy(Connection connection, String sql, String rows) throws SQLException {
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(rows));
        } catch (IOException e) {
            throw new SQLException("COPY was cut off", "08006", e);
        }
    }
}
