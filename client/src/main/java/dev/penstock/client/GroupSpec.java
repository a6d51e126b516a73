package dev.penstock.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A group to be created. What is not said takes the server's default. Immutable. */
public final class GroupSpec {

    private final Map<String, Object> members;
    private final Map<String, Object> filter;

    private GroupSpec(Map<String, Object> members, Map<String, Object> filter) {
        this.members = members;
        this.filter = filter;
    }

    /** With the server's defaults: starts at the end of the default stream and gets everything. */
    public static GroupSpec named(String name) {
        return new GroupSpec(Map.of("name", name), Map.of());
    }

    public GroupSpec on(String stream) {
        return with("stream", stream);
    }

    public GroupSpec from(StartAt position) {
        return with("start", position.toJson());
    }

    public GroupSpec visibleAfter(Duration timeout) {
        return with("visibility_timeout", Json.duration(timeout));
    }

    public GroupSpec atMostDelivered(int times) {
        return with("max_deliveries", times);
    }

    /** @param group whose messages the dead letters become, instead of being kept */
    public GroupSpec deadLettersTo(String group) {
        return with("dead_letter_group", group);
    }

    /** Changes of a row come in their order; the group is the SQS queue {@code <name>.fifo}. */
    public GroupSpec inOrder() {
        return with("ordering", "key");
    }

    /** Of several pending versions of a row only the newest; no deletions and no truncates. */
    public GroupSpec ofNewestRows() {
        return with("mode", "rows");
    }

    /** Retention waits for this group, up to the stream's bound on that. */
    public GroupSpec holdingTheLog() {
        return with("retention", "hold");
    }

    /** @param names {@code schema.table} or {@code schema.*}; empty = all */
    public GroupSpec ofTables(List<String> names) {
        return withFilter("tables", List.copyOf(names));
    }

    /** @param names such as insert; empty = all */
    public GroupSpec ofActions(List<String> names) {
        return withFilter("actions", List.copyOf(names));
    }

    /** Only events for which the expression is true, such as {@code record.amount > 100}. */
    public GroupSpec matching(String expression) {
        return withFilter("where", expression);
    }

    private GroupSpec with(String member, Object value) {
        return new GroupSpec(added(members, member, value), filter);
    }

    private GroupSpec withFilter(String part, Object value) {
        return new GroupSpec(members, added(filter, part, value));
    }

    private static Map<String, Object> added(Map<String, Object> to, String name, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(to);
        copy.put(name, value);
        return copy;
    }

    @Nullable
    Object stream() {
        return members.get("stream");
    }

    Map<String, Object> filter() {
        return filter;
    }

    Map<String, Object> toJson() {
        return filter.isEmpty() ? members : added(members, "filter", filter);
    }

    /** Without what is empty. */
    static Map<String, Object> filter(List<String> tables, List<String> actions, @Nullable String where) {
        Map<String, Object> filter = new LinkedHashMap<>();
        if (!tables.isEmpty()) {
            filter.put("tables", tables);
        }
        if (!actions.isEmpty()) {
            filter.put("actions", actions);
        }
        if (where != null && !where.isEmpty()) {
            filter.put("where", where);
        }
        return filter;
    }
}
