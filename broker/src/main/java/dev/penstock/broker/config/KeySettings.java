package dev.penstock.broker.config;

import java.util.List;

/** One key of the HTTP API: the bearer token is {@code id.secret}, SigV4 takes the two apart. */
public record KeySettings(
        @Setting(
                key = "id",
                doc = "The access key id.",
                pattern = "[A-Za-z0-9_-]{1,64}",
                patternInWords = "1 to 64 letters, digits, hyphens or underscores")
        String id,

        @Setting(
                key = "secret",
                doc =
                        "The secret, 16 to 256 printable characters without spaces; here, in a file or in the environment.",
                inlineSecret = true)
        Secret secret,

        @Setting(
                key = "scopes",
                doc = "What the key may do: `admin` (everything), `consume` (receive from groups and settle), `read`"
                        + " (streams), `monitor` (status and metrics).")
        List<Scope> scopes) {

    /** What a key may do. */
    public enum Scope {
        ADMIN,
        CONSUME,
        READ,
        MONITOR
    }

    public KeySettings {
        scopes = List.copyOf(scopes);
    }
}
