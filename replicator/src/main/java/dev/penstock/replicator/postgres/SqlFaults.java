package dev.penstock.replicator.postgres;

import dev.penstock.replicator.feed.SourceFault;
import java.sql.SQLException;

/** What an SQL error means for the source, in one sentence with the remedy. Pure. */
final class SqlFaults {

    private SqlFaults() {}

    static SourceFault of(SQLException error, PgSettings settings, String doing) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        String said = said(error, state);
        return switch (state) {
            case "28P01" ->
                retry(
                        "authentication_failed",
                        "Postgres refused the password of role '" + settings.user()
                                + "': correct the password in the configuration, or ALTER ROLE "
                                + quoted(settings.user())
                                + " PASSWORD '…' (" + said + ")",
                        error);
            case "28000" ->
                retry(
                        "authentication_failed",
                        "Postgres refused role '" + settings.user()
                                + "': the role must exist WITH LOGIN and pg_hba.conf must admit it from this host to this"
                                + " database (" + said + ")",
                        error);
            case "3D000" ->
                retry(
                        "database_missing",
                        "the database of " + settings.jdbcUrl()
                                + " does not exist: correct the URL, or create the database (" + said + ")",
                        error);
            case "42501" -> privilege(error, settings, doing, said);
            case "08001", "08004" ->
                retry(
                        "unreachable",
                        "cannot connect to " + settings.jdbcUrl()
                                + ": check host, port, TLS settings and that Postgres is running (" + said + ")",
                        error);
            case "08003", "08006", "57P01", "57P02" ->
                retry("connection_lost", "lost the connection to Postgres while " + doing + " (" + said + ")", error);
            case "57P03" -> retry("starting_up", "Postgres does not accept connections yet (" + said + ")", error);
            case "53300" ->
                retry(
                        "too_many_connections",
                        "Postgres has no free connection or walsender: raise max_connections or max_wal_senders ("
                                + said + ")",
                        error);
            case "53400" ->
                retry(
                        "too_many_slots",
                        "Postgres has no free replication slot: raise max_replication_slots, or drop a slot that nobody"
                                + " uses (" + said + ")",
                        error);
            case "55006" ->
                new SourceFault.SlotBusy(
                        "replication slot '" + settings.slot() + "' is being read by another process (" + said + ")",
                        error);
            case "55000" -> notInState(error, settings, doing, said);
            case "42704" ->
                retry(
                        "object_missing",
                        "something that the stream needs is missing in Postgres while " + doing + " (" + said + ")",
                        error);
            default -> retry("server_error", "Postgres answered an error while " + doing + " (" + said + ")", error);
        };
    }

    private static SourceFault privilege(SQLException error, PgSettings settings, String doing, String said) {
        String role = quoted(settings.user());
        if (said.contains("WAL sender") || said.contains("replication")) {
            return retry(
                    "replication_privilege_missing",
                    "role '" + settings.user() + "' may not replicate: ALTER ROLE " + role + " REPLICATION (" + said
                            + ")",
                    error);
        }
        return retry(
                "privilege_missing",
                "role '" + settings.user() + "' lacks a privilege for " + doing + " (" + said + ")",
                error);
    }

    private static SourceFault notInState(SQLException error, PgSettings settings, String doing, String said) {
        if (said.contains("wal_level")) {
            return retry(
                    "wal_level",
                    "logical decoding needs wal_level = logical: ALTER SYSTEM SET wal_level = logical, then restart"
                            + " Postgres (" + said + ")",
                    error);
        }
        return retry(
                "server_error",
                "Postgres refused while " + doing + " with slot '" + settings.slot() + "' (" + said + ")",
                error);
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private static SourceFault retry(String code, String message, SQLException error) {
        return new SourceFault.Retry(code, message, error);
    }

    /** The server's own words on one line, with its SQLSTATE. */
    private static String said(SQLException error, String state) {
        String text = error.getMessage() == null ? "no message" : error.getMessage();
        return "SQLSTATE " + (state.isEmpty() ? "none" : state) + ": "
                + text.strip().replaceAll("\\s+", " ");
    }
}
