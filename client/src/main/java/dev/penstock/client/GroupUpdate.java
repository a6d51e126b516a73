package dev.penstock.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is to change of a group; what is not said stays as it is. Immutable. */
public final class GroupUpdate {

    private final Map<String, Object> members;

    private GroupUpdate(Map<String, Object> members) {
        this.members = members;
    }

    public static GroupUpdate none() {
        return new GroupUpdate(Map.of());
    }

    public boolean isNone() {
        return members.isEmpty();
    }

    public GroupUpdate visibleAfter(Duration timeout) {
        return with("visibility_timeout", Json.duration(timeout));
    }

    /** @param times 0 = unlimited */
    public GroupUpdate atMostDelivered(int times) {
        return with("max_deliveries", times);
    }

    /** @param group whose messages the dead letters become; empty = they are kept */
    public GroupUpdate deadLettersTo(String group) {
        return with("dead_letter_group", group);
    }

    /** Of several pending versions of a row only the newest, and no deletions; or all changes. */
    public GroupUpdate ofNewestRows(boolean only) {
        return with("mode", only ? "rows" : "changes");
    }

    /** Whether retention waits for the group, up to the stream's bound on that. */
    public GroupUpdate holdingTheLog(boolean holds) {
        return with("retention", holds ? "hold" : "trim");
    }

    /**
     * Takes the place of the whole filter; an empty one lets every event through.
     *
     * @param tables {@code schema.table} or {@code schema.*}; empty = all
     * @param actions such as insert; empty = all
     * @param where an expression over the event's values; null = none
     */
    public GroupUpdate filteredBy(List<String> tables, List<String> actions, @Nullable String where) {
        return with("filter", GroupSpec.filter(tables, actions, where));
    }

    private GroupUpdate with(String member, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(members);
        copy.put(member, value);
        return new GroupUpdate(copy);
    }

    Map<String, Object> toJson() {
        return members;
    }
}
