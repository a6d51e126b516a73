package dev.penstock.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to change of a group; what is null stays as it is.
 *
 * @param filter takes the place of the whole filter; an empty one lets every event through
 * @param holdsTheLog whether retention waits for it
 * @param newestRows whether of several pending versions of a row only the newest is delivered, and no deletion
 */
public record GroupUpdate(
        @Nullable Duration visibilityTimeout,
        @Nullable Integer maxDeliveries,
        @Nullable Filter filter,
        @Nullable Boolean holdsTheLog,
        @Nullable Boolean newestRows) {

    /**
     * @param tables {@code schema.table} or {@code schema.*}; empty = all
     * @param actions such as insert; empty = all
     * @param where an expression over the event's values; null = none
     */
    public record Filter(
            List<String> tables,
            List<String> actions,
            @Nullable String where) {
        public Filter {
            tables = List.copyOf(tables);
            actions = List.copyOf(actions);
        }
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        if (visibilityTimeout != null) {
            json.put("visibility_timeout", Json.duration(visibilityTimeout));
        }
        if (maxDeliveries != null) {
            json.put("max_deliveries", maxDeliveries);
        }
        if (newestRows != null) {
            json.put("mode", newestRows ? "rows" : "changes");
        }
        if (holdsTheLog != null) {
            json.put("retention", holdsTheLog ? "hold" : "trim");
        }
        if (filter != null) {
            json.put("filter", GroupSpec.filter(filter.tables(), filter.actions(), filter.where()));
        }
        return json;
    }
}
