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
                doc =
                        "What the key may do: `admin` (everything), `monitor` (status and metrics), `consume` (receive from"
                                + " groups and settle), `read` (streams), `send` (to queues); the last three also of some only, as in"
                                + " `consume:orders-*`.",
                pattern = "admin|monitor|(consume|read|send)(:[A-Za-z0-9_*-]{1,100})?",
                patternInWords = "admin, monitor, consume, read, send, or one of the last three with a pattern of names"
                        + " such as consume:orders-*")
        List<String> scopes) {

    public KeySettings {
        scopes = List.copyOf(scopes);
    }
}
