package dev.penstock.broker.raft;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The machine over one open store: what Raft replicates. {@link #apply} and {@link #skip} are called by Ratis' apply thread
 * only, {@link #checkpoint} by the snapshot thread beside it, {@link #openView} by any.
 */
interface ReplicatedState {
    /** -1 before the first entry. */
    long appliedIndex();

    long appliedTerm();

    long clockMillis();

    /** Applied and recorded as applied in one write. Throws on an index at or below {@link #appliedIndex()}. */
    Applied apply(long term, long index, byte[] entry);

    /** An entry without commands: only the applied index moves. */
    void skip(long term, long index);

    MachineView openView();

    /** A consistent copy, with its applied index in it; the directory must not exist. */
    void checkpoint(Path directory) throws IOException;

    /** Waits for the views that are open, within reason. */
    void close() throws IOException;

    /** Term and index of the last applied entry that a store on disk holds. */
    record Position(long term, long index) {}

    interface Opener {
        ReplicatedState open(Path directory) throws IOException;

        /** Opens a checkpoint, compares its digest with its rows, and says where it is. Leaves nothing open. */
        Position inspect(Path directory) throws IOException;

        /** The same, and reads every block of every file: as long as the disk takes. */
        default Position verify(Path directory) throws IOException {
            return inspect(directory);
        }
    }
}
