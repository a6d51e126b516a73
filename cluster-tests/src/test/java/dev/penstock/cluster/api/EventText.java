package dev.penstock.cluster.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;

/** Makes events for tests. */
public final class EventText {
    private EventText() {}

    public static Event event(
            long offset, long lsn, int ordinal, String action, String table, long key, long writer, long tx) {
        String record = action.equals("delete")
                ? "{\"id\":" + key + "}"
                : "{\"id\":" + key + ",\"writer\":" + writer + ",\"tx\":" + tx + ",\"n\":1,\"i\":" + ordinal + "}";
        String json = String.format(
                "{\"offset\":\"%016d\",\"action\":\"%s\",\"record\":%s,\"metadata\":{\"schema\":\"public\",\"table\":\"%s\","
                        + "\"key\":{\"id\":%d},\"commit_lsn\":\"0/%X\",\"commit_ordinal\":%d,"
                        + "\"commit_timestamp\":\"2026-11-21T10:00:00Z\"}}",
                offset, action, record, table, key, lsn, ordinal);
        try {
            return new Event(new ObjectMapper().readTree(json), json.getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
