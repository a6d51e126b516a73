package dev.penstock.cluster.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What consumers of an ordered queue saw of rows that are updated in numbered rounds: of each row, no round may come for the
 * first time before the one before it was deleted, unless that stands before it in the same answer. Thread-safe.
 */
final class KeyOrderWatch {

    /** One round of one row. */
    record Version(long row, int round) {}

    private static final Pattern EVENT = Pattern.compile("\"record\":\\{\"id\":(\\d+),.*?\"note\":\"round (\\d+)\"");

    private final Map<Long, Set<Integer>> settled = new HashMap<>();
    private final Set<Version> unsure = new HashSet<>();
    private final Set<Version> seen = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private int redelivered;

    static Version version(String body) {
        Matcher event = EVENT.matcher(body);
        if (!event.find()) {
            throw new AssertionError("expected an order of some round, but got " + body);
        }
        return new Version(Long.parseLong(event.group(1)), Integer.parseInt(event.group(2)));
    }

    synchronized void received(List<Version> answer) {
        Set<Version> before = new HashSet<>();
        for (Version version : answer) {
            Version previous = new Version(version.row(), version.round() - 1);
            if (isSettled(version) && !unsure.contains(version)) {
                violations.add(version + " came after it was deleted");
            }
            if (!seen.add(version)) {
                redelivered++;
            } else if (version.round() > 0 && !isSettled(previous) && !before.contains(previous)) {
                violations.add(version + " came before " + previous + " was deleted");
            }
            before.add(version);
        }
    }

    /** Before the delete is sent: the next one may come before its answer does. */
    synchronized void deleting(Version version) {
        settled.computeIfAbsent(version.row(), row -> new HashSet<>()).add(version.round());
    }

    /** The delete got no answer: it may come again, or not. */
    synchronized void unsure(Version version) {
        unsure.add(version);
    }

    /** It was refused: the lease had run out. */
    synchronized void notDeleted(Version version) {
        settled.getOrDefault(version.row(), new HashSet<>()).remove(version.round());
    }

    private boolean isSettled(Version version) {
        return settled.getOrDefault(version.row(), Set.of()).contains(version.round());
    }

    synchronized int settled() {
        return settled.values().stream().mapToInt(Set::size).sum();
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized int redelivered() {
        return redelivered;
    }
}
