package dev.penstock.storage.machine;

import java.util.List;

/**
 * The content of one Raft entry: commands gathered by the proposer, with the stamp it gave them.
 *
 * @param planningTerm Raft term in which the commands were planned; Grants, Expires and Sweeps of another term are refused
 * @param stampMillis log time: milliseconds, meaningful only relative to other stamps of this cluster
 * @param wallMillis wall-clock time at submission, milliseconds since 1970 UTC, for people
 */
public record Envelope(long planningTerm, long stampMillis, long wallMillis, List<Command> commands) {
    public Envelope {
        commands = List.copyOf(commands);
    }
}
