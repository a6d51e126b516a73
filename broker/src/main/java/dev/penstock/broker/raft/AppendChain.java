package dev.penstock.broker.raft;

import java.lang.reflect.Field;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.server.RaftServer;

/**
 * The chain in which a follower of Ratis 3.3.0 appends entries: each append waits for the one before, so that one that fails
 * fails all that follow, until the process ends. The node would live on without ever getting an entry again, and Ratis tells
 * nobody. The chain is private; that it stands where it is looked for is checked at the start.
 */
final class AppendChain {
    final AtomicReference<?> last;

    private AppendChain(AtomicReference<?> last) {
        this.last = last;
    }

    static AppendChain of(RaftServer.Division division) {
        Object indices = read(division, "appendLogTermIndices");
        if (read(indices, "future") instanceof AtomicReference<?> last && last.get() instanceof CompletableFuture<?>) {
            return new AppendChain(last);
        }
        throw new IllegalStateException("expected the chain of appends of Ratis 3.3.0 in " + indices.getClass());
    }

    private static Object read(Object owner, String name) {
        try {
            Field field = owner.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("expected the field " + name + " of Ratis 3.3.0 in " + owner.getClass(), e);
        }
    }

    boolean isBroken() {
        return last.get() instanceof CompletableFuture<?> appended && appended.isCompletedExceptionally();
    }
}
