package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.StreamState;

/** Finds streams by name. Stateless. */
public final class Streams {

    private Streams() {}

    /**
     * The stream, or a refusal. A node that has just started may not have applied yet what made the stream: only one that
     * has caught up says that there is none.
     */
    public static StreamState named(String name, AppliedState state, MachineView view) {
        return view.stream(name).orElseThrow(() -> unknown(name, state));
    }

    private static Refused unknown(String name, AppliedState state) {
        if (!state.isCaughtUp()) {
            return new Refused(
                    Refused.Code.NO_LEADER,
                    "this node has just started and does not know all streams yet; repeat the request");
        }
        return state.isConfigured(name)
                ? new Refused(
                        Refused.Code.NO_LEADER,
                        "the source '" + name + "' is configured, but was not reached yet, so that it has no stream;"
                                + " repeat the request, and see /health/sources")
                : new Refused(Refused.Code.UNKNOWN_STREAM, "expected a known stream, but there is no '" + name + "'");
    }
}
