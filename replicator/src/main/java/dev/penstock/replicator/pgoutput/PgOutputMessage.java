package dev.penstock.replicator.pgoutput;

import dev.penstock.storage.model.Lsn;
import org.jspecify.annotations.Nullable;

/** One message of the stream. Times are microseconds since 1970 UTC; oids and xids are 32 bits, unsigned. */
public sealed interface PgOutputMessage
        permits PgOutputMessage.Begin,
                PgOutputMessage.Commit,
                PgOutputMessage.Origin,
                PgOutputMessage.Type,
                PgOutputMessage.RowChange,
                PgOutputMessage.Truncate,
                PgOutputMessage.Logical,
                Relation {

    /** @param commitLsn where the commit record starts, known already here: the transaction's place in the order */
    record Begin(Lsn commitLsn, long commitMicros, int xid) implements PgOutputMessage {}

    /** @param endLsn where the commit record ends: what may be confirmed once the transaction is stored */
    record Commit(Lsn commitLsn, Lsn endLsn, long commitMicros) implements PgOutputMessage {}

    record Origin(Lsn commitLsn, String name) implements PgOutputMessage {}

    /** Comes before the first relation that uses a type that is not built in; for a domain it names the base type. */
    record Type(int oid, String schema, String name) implements PgOutputMessage {}

    /** A change of one row. */
    sealed interface RowChange extends PgOutputMessage {
        int relation();
    }

    record Insert(int relation, Tuple row) implements RowChange {}

    /**
     * @param old null unless the key changed or the identity is full
     * @param oldIsKey true if {@code old} holds the key columns only, its other columns being "not sent"
     */
    record Update(int relation, @Nullable Tuple old, boolean oldIsKey, Tuple row) implements RowChange {}

    record Delete(int relation, boolean oldIsKey, Tuple old) implements RowChange {}

    record Truncate(int[] relations) implements PgOutputMessage {}

    /** @param lsn of the message's own record */
    record Logical(boolean transactional, Lsn lsn, String prefix, byte[] bytes, int start, int end)
            implements PgOutputMessage {}
}
