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
        return view.stream(name)
                .orElseThrow(() -> state.isCaughtUp()
                        ? new Refused(
                                Refused.Code.UNKNOWN_STREAM, "expected a known stream, but there is no '" + name + "'")
                        : new Refused(
                                Refused.Code.NO_LEADER,
                                "this node has just started and does not know all streams yet; repeat the request"));
    }
}
