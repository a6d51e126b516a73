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
 * @param holdsTheLog retention waits for it
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
        @Nullable String where,
        boolean holdsTheLog) {

    public GroupSpec {
        tables = List.copyOf(tables);
        actions = List.copyOf(actions);
    }

    /** With the server's defaults: starts at the end of the default stream and gets everything. */
    public static GroupSpec named(String name) {
        return new GroupSpec(name, null, null, null, null, false, List.of(), List.of(), null, false);
    }

    public GroupSpec on(String streamName) {
        return new GroupSpec(
                name,
                streamName,
                start,
                visibilityTimeout,
                maxDeliveries,
                orderedByKey,
                tables,
                actions,
                where,
                holdsTheLog);
    }

    public GroupSpec from(StartAt position) {
        return new GroupSpec(
                name,
                stream,
                position,
                visibilityTimeout,
                maxDeliveries,
                orderedByKey,
                tables,
                actions,
                where,
                holdsTheLog);
    }

    public GroupSpec visibleAfter(Duration timeout) {
        return new GroupSpec(
                name, stream, start, timeout, maxDeliveries, orderedByKey, tables, actions, where, holdsTheLog);
    }

    public GroupSpec ofTables(List<String> names) {
        return new GroupSpec(
                name,
                stream,
                start,
                visibilityTimeout,
                maxDeliveries,
                orderedByKey,
                names,
                actions,
                where,
                holdsTheLog);
    }

    public GroupSpec ofActions(List<String> names) {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, maxDeliveries, orderedByKey, tables, names, where, holdsTheLog);
    }

    public GroupSpec atMostDelivered(int times) {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, times, orderedByKey, tables, actions, where, holdsTheLog);
    }

    /** Changes of a row come in their order; the group is the SQS queue {@code <name>.fifo}. */
    public GroupSpec inOrder() {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, maxDeliveries, true, tables, actions, where, holdsTheLog);
    }

    /** Only events for which the expression is true, such as {@code record.amount > 100}. */
    public GroupSpec matching(String expression) {
        return new GroupSpec(
                name,
                stream,
                start,
                visibilityTimeout,
                maxDeliveries,
                orderedByKey,
                tables,
                actions,
                expression,
                holdsTheLog);
    }

    /** Retention waits for this group, up to the stream's bound on that. */
    public GroupSpec holdingTheLog() {
        return new GroupSpec(
                name, stream, start, visibilityTimeout, maxDeliveries, orderedByKey, tables, actions, where, true);
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
        if (holdsTheLog) {
            json.put("retention", "hold");
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
