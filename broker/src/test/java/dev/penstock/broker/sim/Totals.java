package dev.penstock.broker.sim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What happened over many seeds, so that a simulator that simulates nothing is noticed. */
final class Totals {
    long steps;
    long virtualMillis;
    // Raft.
    long entries;
    long elections;
    long depositions;
    long depositionsInFlight;
    long lostEntries;
    long survivors;
    long crashes;
    long powerCuts;
    long installs;
    long overtakings;
    long unknownApplied;
    long unknownLost;
    // The stream.
    long events;
    long reconnects;
    long midTransactionRestarts;
    long duplicates;
    long partialOverlaps;
    long holes;
    long confirmations;
    // Groups.
    long granted;
    long redelivered;
    long leasesEnded;
    long leasesExtended;
    long acks;
    long refusedPlans;
    long releases;
    long lateAnswers;
    long clientsUnknown;
    long seeks;
    long deletes;
    long changes;
    long deaths;
    long putBack;

    Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("steps", steps);
        counts.put("seconds of virtual time", virtualMillis / 1000);
        counts.put("entries", entries);
        counts.put("elections", elections);
        counts.put("leaders deposed", depositions);
        counts.put("with proposals in flight", depositionsInFlight);
        counts.put("entries lost", lostEntries);
        counts.put("entries outliving their leader", survivors);
        counts.put("crashes", crashes);
        counts.put("power cuts", powerCuts);
        counts.put("snapshots installed", installs);
        counts.put("completions out of order", overtakings);
        counts.put("entries of unknown outcome, applied", unknownApplied);
        counts.put("entries of unknown outcome, lost", unknownLost);
        counts.put("events", events);
        counts.put("connections to Postgres", reconnects);
        counts.put("restarts in mid-transaction", midTransactionRestarts);
        counts.put("duplicates recognised", duplicates);
        counts.put("partial overlaps refused", partialOverlaps);
        counts.put("holes refused", holes);
        counts.put("confirmations", confirmations);
        counts.put("messages granted", granted);
        counts.put("granted again", redelivered);
        counts.put("leases that ended", leasesEnded);
        counts.put("leases extended", leasesExtended);
        counts.put("acks", acks);
        counts.put("plans refused", refusedPlans);
        counts.put("releases", releases);
        counts.put("answers too late", lateAnswers);
        counts.put("clients left to guess", clientsUnknown);
        counts.put("seeks", seeks);
        counts.put("groups deleted", deletes);
        counts.put("groups changed", changes);
        counts.put("messages that died", deaths);
        counts.put("dead letters put back", putBack);
        return counts;
    }

    @Override
    public String toString() {
        return counts().entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue())
                .collect(Collectors.joining(", "));
    }
}
