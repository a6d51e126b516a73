package dev.penstock.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One receive.
 *
 * @param max 1 to 1,000 messages
 * @param waitTime how long to wait for the first one
 * @param visibilityTimeout length of the leases; null = the group's
 * @param acks receipts to settle in the same request
 */
public record ReceiveOptions(
        int max, Duration waitTime, @Nullable Duration visibilityTimeout, List<String> acks) {

    public ReceiveOptions {
        acks = List.copyOf(acks);
    }

    public static ReceiveOptions upTo(int max) {
        return new ReceiveOptions(max, Duration.ZERO, null, List.of());
    }

    public ReceiveOptions waiting(Duration duration) {
        return new ReceiveOptions(max, duration, visibilityTimeout, acks);
    }

    public ReceiveOptions visibleAfter(Duration timeout) {
        return new ReceiveOptions(max, waitTime, timeout, acks);
    }

    public ReceiveOptions acking(List<String> receipts) {
        return new ReceiveOptions(max, waitTime, visibilityTimeout, receipts);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("max", max);
        if (!waitTime.isZero()) {
            json.put("wait", Json.duration(waitTime));
        }
        if (visibilityTimeout != null) {
            json.put("visibility_timeout", Json.duration(visibilityTimeout));
        }
        if (!acks.isEmpty()) {
            json.put("acks", acks);
        }
        return json;
    }
}
