package dev.penstock.broker.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.StartPosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a group begins or goes to: {@code "earliest"}, {@code "latest"}, {@code {"offset":"…"}}, {@code {"time":"…"}} or {@code
 * {"lsn":"…"}}. Stateless.
 */
final class StartPositions {

    private StartPositions() {}

    static StartPosition parse(JsonNode node, String name) {
        if (node instanceof ObjectNode object) {
            return named(new JsonMembers(object, name), name);
        } else if (node.isTextual() && node.textValue().equals("earliest")) {
            return new StartPosition.Earliest();
        } else if (node.isTextual() && node.textValue().equals("latest")) {
            return new StartPosition.Latest();
        }
        throw notUnderstood(name);
    }

    private static StartPosition named(JsonMembers members, String name) {
        OptionalLong offset = members.offset("offset");
        Optional<String> time = members.text("time");
        Optional<String> lsn = members.text("lsn");
        members.end();
        int given = (offset.isPresent() ? 1 : 0) + (time.isPresent() ? 1 : 0) + (lsn.isPresent() ? 1 : 0);
        if (given != 1) {
            throw notUnderstood(name);
        }
        if (offset.isPresent()) {
            return new StartPosition.AtOffset(offset.getAsLong());
        }
        if (time.isPresent()) {
            return new StartPosition.AtTime(micros(time.get(), name), StartPosition.UNRESOLVED);
        }
        return new StartPosition.AtLsn(lsn(lsn.orElse(""), name), StartPosition.UNRESOLVED);
    }

    private static long micros(String text, String name) {
        try {
            return ChronoUnit.MICROS.between(
                    Instant.EPOCH, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException | ArithmeticException e) {
            throw HttpFailure.invalid("expected a time with its zone, such as 2026-11-21T10:00:00Z, for '" + name
                    + ".time', but got '" + HttpFailure.shown(text) + "'");
        }
    }

    private static Lsn lsn(String text, String name) {
        try {
            return Lsn.parse(text);
        } catch (IllegalArgumentException e) {
            throw HttpFailure.invalid("expected an LSN such as 0/16B3748 for '" + name + ".lsn', but got '"
                    + HttpFailure.shown(text) + "'");
        }
    }

    private static HttpFailure notUnderstood(String name) {
        return HttpFailure.invalid(
                "expected \"earliest\", \"latest\", {\"offset\":\"…\"}, {\"time\":\"…\"} or {\"lsn\":\"X/Y\"}"
                        + " for '" + name + "'");
    }
}
