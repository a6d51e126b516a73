package dev.penstock.replicator.feed;

/** Where a source's database is. */
public interface SourceServer {

    /** Opens a session, blocking for as long as connecting takes. */
    SourceSession connect() throws SourceFault;

    /** From any thread: cuts whatever connection is open or being opened, without draining it. Nothing can be opened after. */
    void abort();
}
