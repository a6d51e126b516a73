package dev.penstock.broker.config;

import java.util.List;
import java.util.Optional;

/**
 * The Postgres database whose changes are streamed. The same on all nodes: whichever leads connects.
 *
 * @param tables for a publication that Penstock creates
 */
public record SourceSettings(
        @Setting(
                key = "name",
                doc = "Names the source and its stream.",
                fallback = "main",
                pattern = "[A-Za-z0-9_-]{1,75}",
                patternInWords = "1 to 75 letters, digits, hyphens or underscores",
                change = Setting.Change.NEVER)
        String name,

        @Setting(
                key = "url",
                doc = "`postgresql://user@host:port/database`, without the password. Parameters allowed: sslmode,"
                        + " sslrootcert, sslcert, sslkey, sslNegotiation, channelBinding, gssEncMode, connectTimeout,"
                        + " targetServerType.")
        DatabaseUrl url,

        @Setting(
                key = "password",
                doc = "Where the user's password is. Without it Postgres must let the user in by other means. A file is"
                        + " read again at each connection.",
                change = Setting.Change.RECONNECT)
        Optional<Secret> password,

        @Setting(
                key = "slot",
                doc = "The replication slot, created at the first start. Each cluster needs one of its own.",
                fallback = "penstock",
                pattern = "[a-z0-9_]{1,63}",
                patternInWords = "1 to 63 lower-case letters, digits or underscores",
                change = Setting.Change.NEVER)
        String slot,

        @Setting(
                key = "publication",
                doc = "The publication. If it does not exist at the first start it is created from `source.tables`.",
                fallback = "penstock",
                pattern = "[A-Za-z0-9_]{1,63}",
                patternInWords = "1 to 63 letters, digits or underscores",
                change = Setting.Change.NEVER)
        String publication,

        @Setting(
                key = "tables",
                doc = "Tables of the publication that Penstock creates, as `schema.table`. Not used if the publication"
                        + " exists: change it in SQL, at any time.",
                pattern = "[^.*\\p{Cntrl}]{1,63}\\.[^.*\\p{Cntrl}]{1,63}",
                patternInWords = "schema.table, such as public.orders")
        List<String> tables,

        @Setting(
                key = "wal_sender_timeout",
                doc =
                        "Set on our own replication connection: how soon Postgres frees the slot after the leader vanished"
                                + " without a word.",
                fallback = "15s",
                atLeast = "2s",
                atMost = "5m",
                change = Setting.Change.RESTART)
        long walSenderTimeoutMillis) {

    public SourceSettings {
        tables = List.copyOf(tables);
    }
}
