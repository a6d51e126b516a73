package dev.penstock.cluster.it;

import dev.penstock.cluster.check.Change;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What Postgres itself says was committed, in commit order: a slot of its own with test_decoding, read in SQL. Knows nothing of
 * our code.
 */
final class OracleSlot implements AutoCloseable {
    private final TestPostgres postgres;
    private final String name;

    private OracleSlot(TestPostgres postgres, String name) {
        this.postgres = postgres;
        this.name = name;
    }

    /** Everything that commits from now on. */
    static OracleSlot create(TestPostgres postgres, String name) throws SQLException {
        postgres.query("select pg_create_logical_replication_slot('" + name + "', 'test_decoding')");
        return new OracleSlot(postgres, name);
    }

    /** Row changes of the sample tables since the last call. */
    List<Change> take() throws SQLException {
        List<Change> changes = new ArrayList<>();
        String sql = "select data from pg_logical_slot_get_changes('" + name + "', null, null) where data like"
                + " 'table public.customers:%' or data like 'table public.orders:%' or data like 'table"
                + " public.order\\_items:%'";
        for (String line : postgres.query(sql)) {
            changes.add(parse(line));
        }
        return changes;
    }

    /** {@code table public.orders: INSERT: id[bigint]:5 status[text]:'new' … writer[bigint]:7 tx[bigint]:1 …}. */
    private static Change parse(String line) {
        int tableEnd = line.indexOf(": ");
        String table = line.substring("table public.".length(), tableEnd);
        int operationEnd = line.indexOf(": ", tableEnd + 2);
        String operation = line.substring(tableEnd + 2, operationEnd);
        long key = number(line, "id");
        if (operation.equals("DELETE")) {
            return Change.delete(table, key);
        }
        int ordinal = (int) number(line, "i");
        return operation.equals("INSERT")
                ? Change.insert(table, key, number(line, "writer"), number(line, "tx"), ordinal)
                : Change.update(table, key, number(line, "writer"), number(line, "tx"), ordinal);
    }

    /** The workload's texts hold no brackets, so a column's name cannot be found within a value. */
    private static long number(String line, String column) {
        int at = line.indexOf(" " + column + "[");
        int from = line.indexOf("]:", at) + 2;
        int to = line.indexOf(' ', from);
        String text = line.substring(from, to < 0 ? line.length() : to);
        return text.equals("null") ? -1 : Long.parseLong(text);
    }

    @Override
    public void close() throws SQLException {
        postgres.query("select pg_drop_replication_slot('" + name + "')");
    }
}
