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
 */
public record GroupUpdate(
        @Nullable Duration visibilityTimeout,
        @Nullable Integer maxDeliveries,
        @Nullable Filter filter) {

    /**
     * @param tables {@code schema.table} or {@code schema.*}; empty = all
     * @param actions such as insert; empty = all
     */
    public record Filter(List<String> tables, List<String> actions) {
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
        if (filter != null) {
            Map<String, Object> parts = new LinkedHashMap<>();
            if (!filter.tables().isEmpty()) {
                parts.put("tables", filter.tables());
            }
            if (!filter.actions().isEmpty()) {
                parts.put("actions", filter.actions());
            }
            json.put("filter", parts);
        }
        return json;
    }
}
