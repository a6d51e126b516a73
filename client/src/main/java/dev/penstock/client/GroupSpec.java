package dev.penstock.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A group to be created. What is null or empty takes the server's default.
 *
 * @param orderedByKey changes of a row in their order
 * @param tables {@code schema.table} or {@code schema.*}; empty = all
 * @param actions such as insert; empty = all
 * @param where an expression over the event's values
 */
public record GroupSpec(
        String name,
        @Nullable String stream,
        @Nullable StartAt start,
        @Nullable Duration visibilityTimeout,
        @Nullable Integer maxDeliveries,
        boolean orderedByKey,
        List<String> tables,
        List<String> actions,
        @Nullable String where) {

    public GroupSpec {
        tables = List.copyOf(tables);
        actions = List.copyOf(actions);
    }

    /** With the server's defaults: starts at the end of the default stream and gets everything. */
    public static GroupSpec named(String name) {
        return new GroupSpec(name, null, null, null, null, false, List.of(), List.of(), null);
    }

    public GroupSpec on(String streamName) {
        return new GroupSpec(
                name, streamName, start, visibilityTimeout, maxDeliveries, orderedByKey, tables, actions, where);
    }

    public GroupSpec from(StartAt position) {
        return new GroupSpec(
                name, stream, position, visibilityTimeout, maxDeliveries, orderedByKey, tables, actions, where);
    }

    public GroupSpec visibleAfter(Duration timeout) {
        return new GroupSpec(name, stream, start, timeout, maxDeliveries, orderedByKey, tables, actions, where);
    }

    public GroupSpec ofTables(List<String> names) {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, maxDeliveries, orderedByKey, names, actions, where);
    }

    public GroupSpec ofActions(List<String> names) {
        return new GroupSpec(name, stream, start, visibilityTimeout, maxDeliveries, orderedByKey, tables, names, where);
    }

    public GroupSpec atMostDelivered(int times) {
        return new GroupSpec(name, stream, start, visibilityTimeout, times, orderedByKey, tables, actions, where);
    }

    /** Changes of a row come in their order; the group is the SQS queue {@code <name>.fifo}. */
    public GroupSpec inOrder() {
        return new GroupSpec(name, stream, start, visibilityTimeout, maxDeliveries, true, tables, actions, where);
    }

    /** Only events for which the expression is true, such as {@code record.amount > 100}. */
    public GroupSpec matching(String expression) {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, maxDeliveries, orderedByKey, tables, actions, expression);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        if (stream != null) {
            json.put("stream", stream);
        }
        if (start != null) {
            json.put("start", start.toJson());
        }
        if (visibilityTimeout != null) {
            json.put("visibility_timeout", Json.duration(visibilityTimeout));
        }
        if (maxDeliveries != null) {
            json.put("max_deliveries", maxDeliveries);
        }
        if (orderedByKey) {
            json.put("ordering", "key");
        }
        Map<String, Object> filter = filter(tables, actions, where);
        if (!filter.isEmpty()) {
            json.put("filter", filter);
        }
        return json;
    }

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
