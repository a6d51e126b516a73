package dev.penstock.storage.kv;

import java.nio.file.Path;

/**
 * An ordered store of two spaces with atomic writes. Derived state: it may lose the newest writes in a crash, but only
 * whole writes and only from the end; the Raft log repeats them. Reads from any thread, writes from one. Any failure is
 * a {@link StoreFailedException} and final.
 */
public interface KeyValueStore extends KeyReader, AutoCloseable {

    ReadView openView();

    /** Atomic over both spaces. */
    void write(Changes changes);

    /** What was written is on disk when this returns. */
    void flush();

    /**
     * A copy of the state at one moment while writing goes on, complete and on disk when this returns. The directory must
     * not exist, its parent must; the caller renames it to its final name.
     */
    void checkpoint(Path directory);

    /**
     * The rows of the range are never asked for again, but by views that are open now: their space may be given back, at any
     * time from then on, as a whole, in part or never. Only for what is on disk already, the writes included that made
     * the rows useless.
     */
    void reclaim(Space space, KeyRange range);

    /** Waits for open views, but not for ever: with views left open it fails and leaks rather than crashes. */
    @Override
    void close();
}
