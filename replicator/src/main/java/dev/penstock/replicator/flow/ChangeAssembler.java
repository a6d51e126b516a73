package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.pgoutput.MalformedMessageException;
import dev.penstock.replicator.pgoutput.PgOutputDecoder;
import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.replicator.pgoutput.Relation;
import dev.penstock.replicator.render.EventTooLargeException;
import dev.penstock.replicator.render.JsonBytes;
import dev.penstock.replicator.render.MessageRenderer;
import dev.penstock.replicator.render.QueueFacts;
import dev.penstock.replicator.render.TableRenderer;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.util.OptionalInt;

/**
 * Turns the messages of one connection into events: counts the ordinals of each transaction, skips what the log holds,
 * renders the rest. One thread.
 */
final class ChangeAssembler {

    private static final byte[] NONE = ChangeEvent.ABSENT;

    private final String slot;
    private final int epoch;
    /** The log's last event when the connection began: nothing at or below it is new. */
    private final SourcePosition known;

    private final RelationCache relations;
    private final JsonBytes out;
    private final BatchAssembler batches;
    private boolean inTransaction;
    private Lsn commitLsn = Lsn.ZERO;
    private long commitMicros;
    private int xid;
    private long ordinal;
    private SourcePosition at = SourcePosition.ORIGIN;
    private Lsn received = Lsn.ZERO;

    ChangeAssembler(
            String slot,
            int epoch,
            SourcePosition known,
            RelationCache relations,
            JsonBytes out,
            BatchAssembler batches) {
        this.slot = slot;
        this.epoch = epoch;
        this.known = known;
        this.relations = relations;
        this.out = out;
        this.batches = batches;
    }

    boolean inTransaction() {
        return inTransaction;
    }

    /** End of the last transaction received whole. */
    Lsn received() {
        return received;
    }

    void accept(ChangeFeed feed, long nowNanos) throws SourceFault {
        try {
            accept(PgOutputDecoder.decode(feed.bytes(), feed.start(), feed.end()), feed, nowNanos);
        } catch (MalformedMessageException e) {
            throw undecodable(e);
        } catch (EventTooLargeException e) {
            throw tooLarge("the shape of a table", e);
        }
    }

    /** What of a message that could not be taken is known. */
    SourceFault refuse(ChangeFeed feed) {
        String what = "a logical message";
        try {
            OptionalInt relation = PgOutputDecoder.relationOf(feed.bytes(), feed.start(), feed.end());
            if (relation.isPresent()) {
                Relation table = relations.table(relation.getAsInt()).relation();
                what = "a change of table " + table.schema() + "." + table.name();
            }
        } catch (MalformedMessageException e) {
            return undecodable(e);
        }
        return tooLarge(
                what, ordinal + 1, feed.excess() + " bytes as sent, more than can be an event of ", out.limitBytes());
    }

    private SourceFault.Retry undecodable(MalformedMessageException e) {
        return new SourceFault.Retry(
                "undecodable", "slot '" + slot + "', transaction committed at " + commitLsn + ": " + e.getMessage(), e);
    }

    private void accept(PgOutputMessage message, ChangeFeed feed, long nowNanos)
            throws SourceFault, MalformedMessageException, EventTooLargeException {
        if (message instanceof PgOutputMessage.RowChange change) {
            row(change, nowNanos);
        } else if (message instanceof PgOutputMessage.Begin begin) {
            begin(begin);
        } else if (message instanceof PgOutputMessage.Commit commit) {
            commit(commit, nowNanos);
        } else if (message instanceof Relation relation) {
            relations.announce(relation);
        } else if (message instanceof PgOutputMessage.Truncate truncate) {
            for (int oid : truncate.relations()) {
                TableRenderer table = relations.table(oid);
                if (next()) {
                    batches.add(table.truncate(at, commitMicros, xid), nowNanos);
                }
            }
        } else if (message instanceof PgOutputMessage.Logical logical) {
            logical(logical, feed, nowNanos);
        }
        // Origins are not told on; a type's name is not needed beside the catalog's facts.
    }

    private void row(PgOutputMessage.RowChange change, long nowNanos) throws SourceFault, MalformedMessageException {
        TableRenderer table = relations.table(change.relation());
        if (!next()) {
            return;
        }
        try {
            batches.add(table.render(at, commitMicros, xid, change), nowNanos);
        } catch (EventTooLargeException e) {
            String name = table.relation().schema() + "." + table.relation().name();
            throw tooLarge("a change of table " + name, e);
        }
    }

    private void begin(PgOutputMessage.Begin begin) throws MalformedMessageException {
        if (inTransaction) {
            throw new MalformedMessageException(
                    "expected the end of the transaction, but another begins at " + begin.commitLsn());
        }
        inTransaction = true;
        commitLsn = begin.commitLsn();
        commitMicros = begin.commitMicros();
        xid = begin.xid();
        ordinal = -1;
    }

    private void commit(PgOutputMessage.Commit commit, long nowNanos) throws MalformedMessageException {
        if (!inTransaction || !commit.commitLsn().equals(commitLsn)) {
            throw new MalformedMessageException("expected the end of the transaction committed at " + commitLsn
                    + ", but got that of " + commit.commitLsn());
        }
        inTransaction = false;
        batches.endTransaction(commit.endLsn(), nowNanos);
        received = received.max(commit.endLsn());
    }

    private void logical(PgOutputMessage.Logical message, ChangeFeed feed, long nowNanos)
            throws MalformedMessageException, SourceFault {
        if (message.transactional()) {
            if (next()) {
                addMessage(message, at, commitMicros, xid, nowNanos);
            }
            return;
        }
        if (inTransaction) {
            throw new MalformedMessageException(
                    "expected no message outside transactions within one, but got one at " + message.lsn());
        }
        SourcePosition own = new SourcePosition(epoch, message.lsn(), 0);
        if (own.isAfter(known)) {
            addMessage(message, own, feed.sendMicros(), 0, nowNanos);
            // Its own start is all that is known of its place; confirming that much means it may come again.
            batches.endTransaction(message.lsn(), nowNanos);
        }
        received = received.max(message.lsn());
    }

    private void addMessage(
            PgOutputMessage.Logical message, SourcePosition place, long micros, int inXid, long nowNanos)
            throws SourceFault {
        try {
            byte[] record = MessageRenderer.logical(message, out);
            Route route = Route.message(message.prefix());
            QueueFacts queue = QueueFacts.of(message);
            batches.add(
                    new ChangeEvent(
                            place,
                            Action.MESSAGE,
                            route,
                            micros,
                            inXid,
                            queue.keyHash(),
                            0,
                            false,
                            record,
                            NONE,
                            NONE,
                            NONE,
                            queue.facts()),
                    nowNanos);
        } catch (EventTooLargeException e) {
            throw tooLarge("the logical message at " + message.lsn(), e);
        }
    }

    /** Counts one more event of the transaction; true if the log does not hold it yet. */
    private boolean next() throws MalformedMessageException {
        if (!inTransaction) {
            throw new MalformedMessageException("expected the beginning of a transaction before its first change");
        }
        ordinal++;
        at = new SourcePosition(epoch, commitLsn, ordinal);
        return at.isAfter(known);
    }

    private SourceFault.Stop tooLarge(String what, EventTooLargeException e) {
        return tooLarge(what, ordinal, "larger than ", e.limitBytes());
    }

    private SourceFault.Stop tooLarge(String what, long event, String size, int limitBytes) {
        return new SourceFault.Stop(
                "event_too_large",
                what + ", in the transaction committed at " + commitLsn + " (event " + event + "), is " + size
                        + limitBytes
                        + " bytes as rendered; nothing is skipped: raise the limit of one event if it is"
                        + " below 16 MiB, or take the table out of the publication and drop what cannot be sent");
    }
}
