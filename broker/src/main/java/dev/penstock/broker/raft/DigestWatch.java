package dev.penstock.broker.raft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares the marks of nodes and names the one that differs. Pure. */
public final class DigestWatch {

    public sealed interface Verdict {
        /** @param index the newest index compared, -1 if no two nodes have a mark in common */
        record Agreed(long index) implements Verdict {}

        /** All others agree: this node must halt, its state is not that of the log. */
        record OddOneOut(String nodeId, long index, String what) implements Verdict {}

        /** They differ and no majority tells who is right: an operator must look. */
        record Split(long index, Set<String> nodes) implements Verdict {
            public Split {
                nodes = Set.copyOf(nodes);
            }
        }
    }

    private DigestWatch() {}

    /** @param marksByNode the last marks of each node that answered */
    public static Verdict compare(Map<String, List<StateMark>> marksByNode) {
        TreeMap<Long, Map<String, StateMark>> byIndex = new TreeMap<>();
        marksByNode.forEach((node, marks) -> marks.forEach(mark ->
                byIndex.computeIfAbsent(mark.index(), i -> new TreeMap<>()).put(node, mark)));
        long compared = -1;
        for (Map.Entry<Long, Map<String, StateMark>> at : byIndex.entrySet()) {
            Map<String, StateMark> marks = at.getValue();
            if (marks.size() < 2) {
                continue;
            }
            compared = at.getKey();
            if (new HashSet<>(marks.values()).size() > 1) {
                return difference(at.getKey(), marks);
            }
        }
        return new Verdict.Agreed(compared);
    }

    private static Verdict difference(long index, Map<String, StateMark> marks) {
        Map<StateMark, Set<String>> camps = new HashMap<>();
        marks.forEach((node, mark) ->
                camps.computeIfAbsent(mark, m -> new TreeSet<>()).add(node));
        if (camps.size() == 2 && marks.size() > 2) {
            for (Map.Entry<StateMark, Set<String>> camp : camps.entrySet()) {
                if (camp.getValue().size() == 1) {
                    String odd = camp.getValue().iterator().next();
                    StateMark right = camps.keySet().stream()
                            .filter(mark -> !mark.equals(camp.getKey()))
                            .findFirst()
                            .orElseThrow();
                    return new Verdict.OddOneOut(odd, index, what(camp.getKey(), right));
                }
            }
        }
        return new Verdict.Split(index, marks.keySet());
    }

    private static String what(StateMark odd, StateMark right) {
        if (odd.stateDigest() != right.stateDigest()) {
            return "state digest " + Long.toHexString(odd.stateDigest()) + ", the others have "
                    + Long.toHexString(right.stateDigest());
        }
        Set<Integer> differing = new TreeSet<>(right.chains().keySet());
        differing.addAll(odd.chains().keySet());
        differing.removeIf(stream -> right.chains().containsKey(stream)
                && right.chains().get(stream).equals(odd.chains().get(stream)));
        return "log chain of the streams " + differing;
    }
}
