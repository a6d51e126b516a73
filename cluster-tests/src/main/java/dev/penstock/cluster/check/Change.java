package dev.penstock.cluster.check;

/**
 * One row change, by the facts that its event carries too. Two changes are never equal: a key is inserted and deleted once
 * in its life, and an update carries the counter of its transaction.
 *
 * @param key primary key of the row
 * @param writer session that made it; 0 for a delete, whose event holds the key only
 * @param tx counter of the writer's transactions; 0 for a delete
 * @param ordinal place of the change in its transaction, from 0; 0 for a delete
 */
public record Change(String table, Operation operation, long key, long writer, long tx, int ordinal) {

    /** What was done to the row. */
    public enum Operation {
        INSERT,
        UPDATE,
        DELETE
    }

    public static Change insert(String table, long key, long writer, long tx, int ordinal) {
        return new Change(table, Operation.INSERT, key, writer, tx, ordinal);
    }

    public static Change update(String table, long key, long writer, long tx, int ordinal) {
        return new Change(table, Operation.UPDATE, key, writer, tx, ordinal);
    }

    public static Change delete(String table, long key) {
        return new Change(table, Operation.DELETE, key, 0, 0, 0);
    }

    /** The row that changed. */
    public Row row() {
        return new Row(table, key);
    }

    /** A row, by table and primary key. */
    public record Row(String table, long key) {}
}
