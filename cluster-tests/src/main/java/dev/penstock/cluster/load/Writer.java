package dev.penstock.cluster.load;

import dev.penstock.cluster.check.Change;
import dev.penstock.cluster.check.Transaction;
import dev.penstock.cluster.postgres.CopyRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * One session: makes transactions of one shape at a given rate and tells the ledger what became of them. Runs on its own
 * thread; {@link #stop} may be called from any. A COMMIT without an answer is looked up by its transaction id, so no change
 * is ever of unknown fate.
 */
final class Writer implements Runnable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Writer.class);
    /** A session keeps about this many rows: enough to update, few enough that an endless demo does not grow. */
    private static final int LIVE_ROWS = 2_000;

    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    /** What a session's transactions look like. */
    enum Shape {
        /** One row: insert, update or delete. */
        SINGLE,
        /** Many rows in one transaction: inserts, updates of some of them, deletes of old ones. */
        BULK,
        /** One COPY. */
        COPY
    }

    private final Sessions sessions;
    private final Ledger ledger;
    private final Set<Long> blocks;
    private final Tables table;
    private final Shape shape;
    private final int rowsPerTransaction;
    private final double rowsPerSecond;
    private final Random random;
    private final Deque<Long> live = new ArrayDeque<>();
    private volatile boolean stopping;
    private long writer;
    private long nextKey;
    private long lastKey;
    private long tx;

    /** @param blocks gets the number of every block of keys that the session uses */
    Writer(
            Sessions sessions,
            Ledger ledger,
            Set<Long> blocks,
            Tables table,
            Shape shape,
            int rowsPerTransaction,
            double rowsPerSecond,
            long seed) {
        this.sessions = sessions;
        this.ledger = ledger;
        this.blocks = blocks;
        this.table = table;
        this.shape = shape;
        this.rowsPerTransaction = rowsPerTransaction;
        this.rowsPerSecond = rowsPerSecond;
        this.random = new Random(seed);
    }

    /** Ends the session after the transaction under way. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        double nanosPerRow = 1e9 / rowsPerSecond;
        double dueNanos = System.nanoTime();
        Connection connection = null;
        while (!stopping) {
            pauseUntil((long) dueNanos);
            try {
                if (connection == null) {
                    connection = connect();
                }
                int rows = transact(connection);
                // A session that fell behind does not make up for it: the load stays what was asked for.
                dueNanos = Math.max(dueNanos, System.nanoTime() - 1e9) + rows * nanosPerRow;
            } catch (SQLException e) {
                LOG.info("session {} lost its connection and will connect again: {}", writer, e.getMessage());
                Sessions.closeQuietly(connection);
                connection = null;
                LockSupport.parkNanos(RETRY_PAUSE.toNanos());
            }
        }
        Sessions.closeQuietly(connection);
    }

    private void pauseUntil(long nanos) {
        while (!stopping) {
            long remaining = nanos - System.nanoTime();
            if (remaining <= 0) {
                return;
            }
            // In short steps, so that a stop is heard.
            LockSupport.parkNanos(Math.min(remaining, 100_000_000));
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = sessions.open();
        connection.setAutoCommit(false);
        if (nextKey >= lastKey) {
            takeBlock(connection);
        }
        return connection;
    }

    private void takeBlock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select nextval('" + Tables.BLOCK_SEQUENCE + "')")) {
            result.next();
            long block = result.getLong(1);
            blocks.add(block);
            if (writer == 0) {
                writer = block;
            }
            nextKey = block * Tables.BLOCK_KEYS;
            lastKey = nextKey + Tables.BLOCK_KEYS;
        }
        connection.commit();
    }

    /** Returns the number of changes. */
    private int transact(Connection connection) throws SQLException {
        if (lastKey - nextKey <= rowsPerTransaction) {
            takeBlock(connection);
        }
        tx++;
        List<Change> changes = new ArrayList<>();
        String xid;
        try {
            xid = transactionId(connection);
            switch (shape) {
                case SINGLE -> single(connection, changes);
                case BULK -> bulk(connection, changes);
                case COPY -> copy(connection, changes);
            }
        } catch (SQLException e) {
            forget(changes); // no COMMIT was sent: rolled back for certain
            throw e;
        }
        Transaction transaction = new Transaction(writer, tx, changes);
        ledger.announce(transaction);
        commit(connection, transaction, xid);
        return Math.max(1, changes.size());
    }

    private void commit(Connection connection, Transaction transaction, String xid) throws SQLException {
        List<Change> changes = transaction.changes();
        try {
            connection.commit();
        } catch (SQLException e) {
            Sessions.closeQuietly(connection);
            if (!changes.isEmpty() && sessions.wasCommitted(xid, changes.get(changes.size() - 1))) {
                settle(transaction);
            } else {
                ledger.withdrawn(transaction);
                forget(changes);
            }
            throw e;
        }
        settle(transaction);
    }

    private void settle(Transaction transaction) {
        if (transaction.changes().isEmpty()) {
            return;
        }
        ledger.committed(transaction);
        for (Change change : transaction.changes()) {
            if (change.operation() == Change.Operation.INSERT) {
                live.addLast(change.key());
            }
        }
        for (Change change : transaction.changes()) {
            if (change.operation() == Change.Operation.DELETE) {
                live.remove(change.key());
            }
        }
    }

    /** Keys taken out for a delete that did not happen are dropped: their rows live on, untouched. */
    private void forget(List<Change> changes) {
        changes.forEach(change -> live.remove(change.key()));
    }

    private static String transactionId(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select pg_current_xact_id()::text")) {
            result.next();
            return result.getString(1);
        }
    }

    private void single(Connection connection, List<Change> changes) throws SQLException {
        int dice = random.nextInt(100);
        if (live.size() > LIVE_ROWS || (dice < 15 && live.size() > 20)) {
            long key = live.removeFirst();
            if (delete(connection, List.of(key)).isEmpty()) {
                return;
            }
            changes.add(table.delete(key));
        } else if (dice < 50 && live.size() > 20) {
            long key = live.removeFirst();
            if (update(connection, List.of(key), 1, 0).isEmpty()) {
                return;
            }
            live.addLast(key);
            changes.add(table.update(key, writer, tx, 0));
        } else {
            long key = nextKey++;
            insert(connection, List.of(key), 1);
            changes.add(table.insert(key, writer, tx, 0));
        }
    }

    private void bulk(Connection connection, List<Change> changes) throws SQLException {
        int updates = rowsPerTransaction / 5;
        int deletes = Math.min(live.size(), rowsPerTransaction * 2 / 5);
        int inserts = rowsPerTransaction - updates - deletes;
        List<Long> created = takeKeys(inserts);
        insert(connection, created, rowsPerTransaction);
        for (long key : created) {
            changes.add(table.insert(key, writer, tx, changes.size()));
        }
        List<Long> touched = created.subList(0, Math.min(updates, created.size()));
        for (long key : update(connection, touched, rowsPerTransaction, changes.size())) {
            changes.add(table.update(key, writer, tx, changes.size()));
        }
        List<Long> old = new ArrayList<>();
        for (int i = 0; i < deletes; i++) {
            old.add(live.removeFirst());
        }
        for (long key : delete(connection, old)) {
            changes.add(table.delete(key));
        }
    }

    private void copy(Connection connection, List<Change> changes) throws SQLException {
        List<Long> keys = takeKeys(rowsPerTransaction);
        StringBuilder rows = new StringBuilder(keys.size() * 60);
        for (long key : keys) {
            rows.append(key).append("\tcopied\t").append(text()).append('\t').append(writer);
            rows.append('\t').append(tx).append('\t').append(keys.size()).append('\t');
            rows.append(changes.size()).append('\n');
            changes.add(table.insert(key, writer, tx, changes.size()));
        }
        CopyRows.copy(connection, table.copySql(), rows.toString());
        trim(connection, changes);
    }

    /** Rows above the limit leave in the same transaction. */
    private void trim(Connection connection, List<Change> changes) throws SQLException {
        List<Long> old = new ArrayList<>();
        while (live.size() > LIVE_ROWS) {
            old.add(live.removeFirst());
        }
        for (long key : delete(connection, old)) {
            changes.add(table.delete(key));
        }
    }

    private List<Long> takeKeys(int count) {
        List<Long> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(nextKey++);
        }
        return keys;
    }

    private void insert(Connection connection, List<Long> keys, int n) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(table.insertSql())) {
            int ordinal = 0;
            for (long key : keys) {
                statement.setLong(1, key);
                statement.setString(2, "new");
                statement.setString(3, text());
                statement.setLong(4, writer);
                statement.setLong(5, tx);
                statement.setInt(6, n);
                statement.setInt(7, ordinal++);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Returns the keys whose row was there. */
    private List<Long> update(Connection connection, List<Long> keys, int n, int firstOrdinal) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(table.updateSql())) {
            int ordinal = firstOrdinal;
            for (long key : keys) {
                statement.setString(1, "changed " + tx);
                statement.setLong(2, tx);
                statement.setInt(3, n);
                statement.setInt(4, ordinal++);
                statement.setLong(5, key);
                statement.setLong(6, writer);
                statement.addBatch();
            }
            return touched(keys, statement.executeBatch());
        }
    }

    private List<Long> delete(Connection connection, List<Long> keys) throws SQLException {
        if (keys.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement statement = connection.prepareStatement(table.deleteSql())) {
            for (long key : keys) {
                statement.setLong(1, key);
                statement.setLong(2, writer);
                statement.addBatch();
            }
            return touched(keys, statement.executeBatch());
        }
    }

    private static List<Long> touched(List<Long> keys, int[] counts) {
        List<Long> touched = new ArrayList<>(keys.size());
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 1) {
                touched.add(keys.get(i));
            }
        }
        return touched;
    }

    private String text() {
        return Long.toHexString(random.nextLong());
    }
}
