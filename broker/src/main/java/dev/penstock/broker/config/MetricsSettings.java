package dev.penstock.broker.config;

/**
 * Who may read {@code /metrics}.
 *
 * @param isPublic without a key
 */
public record MetricsSettings(
        @Setting(
                key = "public",
                doc = "Serve `/metrics` without a key. Else it needs one with scope monitor.",
                fallback = "false")
        boolean isPublic) {}
