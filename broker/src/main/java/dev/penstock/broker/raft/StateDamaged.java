package dev.penstock.broker.raft;

import dev.penstock.storage.kv.rocks.RocksStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stored state is not what was applied: only another copy of it helps. */
final class StateDamaged extends IOException {
    private static final long serialVersionUID = 1L;

    StateDamaged(String message) {
        super(message);
    }

    /** Whether damage of stored bytes is what is behind a failure. */
    static boolean isBehind(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StateDamaged) {
                return true;
            }
        }
        return RocksStore.isCorruption(failure);
    }
}
