package dev.penstock.client;

import org.jspecify.annotations.Nullable;

/**
 * @param earliest first offset that is stored
 * @param latest offset after the last event
 * @param events stored now
 * @param retention null = everything is kept
 */
public record StreamInfo(
        String name,
        String earliest,
        String latest,
        long bytes,
        long events,
        @Nullable Retention retention) {

    /**
     * @param time such as {@code 604800s}; null = no limit
     * @param bytes of events, stored once; null = no limit
     * @param holdBytes up to which groups that hold the log are waited for
     */
    public record Retention(
            @Nullable String time,
            @Nullable Long bytes,
            @Nullable Long holdBytes) {}
}
