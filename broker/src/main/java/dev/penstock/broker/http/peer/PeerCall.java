package dev.penstock.broker.http.peer;

import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A call from a peer, as its endpoint sees it. Thread-safe. */
public final class PeerCall {

    private final String caller;
    private final byte[] body;
    private final ScheduledExecutorService executor;
    private boolean cancelled;
    private @Nullable Runnable whenCancelled;
    private @Nullable Runnable whenUnused;

    PeerCall(String caller, byte[] body, ScheduledExecutorService executor) {
        this.caller = caller;
        this.body = body;
        this.executor = executor;
    }

    /** Node id of the caller, as it names itself. */
    public String caller() {
        return caller;
    }

    public byte[] body() {
        return body;
    }

    /** The channel's event loop: short work only. */
    public ScheduledExecutorService executor() {
        return executor;
    }

    /** Runs the action once when the caller no longer waits, before the answer; at once if that is so already. */
    public void onCancelled(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                whenCancelled = action;
                return;
            }
        }
        action.run();
    }

    /** Runs the action once if the answer could not be sent, or the caller says that it could not use it. */
    public synchronized void onUnused(Runnable action) {
        whenUnused = action;
    }

    void cancel() {
        Runnable action;
        synchronized (this) {
            cancelled = true;
            action = whenCancelled;
            whenCancelled = null;
        }
        if (action != null) {
            action.run();
        }
    }

    synchronized @Nullable Runnable takeUnused() {
        Runnable action = whenUnused;
        whenUnused = null;
        return action;
    }
}
