package dev.penstock.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message under a lease.
 *
 * @param receipt names the lease: settle or extend with it
 * @param deliveryCount 1 at the first delivery
 * @param filterError why the group's filter could not judge the event, which is delivered for that; usually null
 */
public record Message(
        String receipt,
        int deliveryCount,
        Instant firstDeliveredAt,
        @Nullable String filterError,
        Event event) {

    /** As the API gave it, in one line. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("receipt", receipt);
        json.put("delivery_count", deliveryCount);
        json.put("first_delivered_at", firstDeliveredAt.toString());
        if (filterError != null) {
            json.put("filter_error", filterError);
        }
        json.put("event", event);
        return Json.text(json);
    }
}
