package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.http.ApiKey;
import dev.penstock.broker.http.Durations;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Permission;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.keys.KeyService;
import dev.penstock.storage.model.ApiKeyState;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** Keys of the API. A secret is in the answer that made it, and nowhere else. Thread-safe. */
final class KeyEndpoints {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MAX_SCOPES = 100;

    private final KeyService keys;
    private final List<ApiKey> configured;
    private final ReaderPool readers;

    /** @param configured those of this node's configuration, for the list */
    KeyEndpoints(KeyService keys, List<ApiKey> configured, ReaderPool readers) {
        this.keys = keys;
        this.configured =
                configured.stream().sorted(Comparator.comparing(ApiKey::id)).toList();
        this.readers = readers;
    }

    /** {@code POST /v1/keys}: 201. */
    CompletableFuture<Response> create(Exchange exchange) {
        exchange.request().onlyQuery();
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        Optional<String> id = members.text("id").map(KeyEndpoints::checked);
        Set<String> scopes = new LinkedHashSet<>();
        members.texts("scopes", MAX_SCOPES).forEach(scope -> scopes.add(scope(scope)));
        members.end();
        if (scopes.isEmpty()) {
            throw HttpFailure.invalid("expected at least one scope in 'scopes': " + Permission.FORMS);
        }
        return keys.create(id, List.copyOf(scopes)).thenApply(issued -> answer(201, issued));
    }

    /** {@code POST /v1/keys/{key}/rotate}: 200, with the new secret. */
    CompletableFuture<Response> rotate(Exchange exchange) {
        exchange.request().onlyQuery();
        long overlap = KeyService.DEFAULT_OVERLAP_MILLIS;
        if (exchange.request().body().length > 0) {
            JsonMembers members = JsonMembers.ofBody(exchange.request());
            overlap = members.durationMillis("overlap", KeyService.MAX_OVERLAP_MILLIS)
                    .orElse(overlap);
            members.end();
        }
        long overlapMillis = overlap;
        String id = checked(exchange.parameter("key"));
        return keys.rotate(id, overlapMillis).thenApply(issued -> answer(200, issued));
    }

    /** {@code DELETE /v1/keys/{key}}: 204. With {@code ?secret=previous} only the secret before the last rotation. */
    CompletableFuture<Response> revoke(Exchange exchange) {
        exchange.request().onlyQuery("secret");
        Optional<String> which = exchange.request().query("secret");
        if (which.isPresent() && !which.get().equals("previous")) {
            throw HttpFailure.invalid("expected 'previous' for 'secret', or no 'secret' to revoke the key");
        }
        return keys.revoke(checked(exchange.parameter("key")), which.isPresent())
                .thenApply(Response.empty(204)::decidedAt);
    }

    /** {@code GET /v1/keys}. */
    CompletableFuture<Response> list(Exchange exchange) {
        exchange.request().onlyQuery();
        return readers.read(keys::list)
                .thenApply(listed -> Response.of(200, Response.JSON, Json.bytes(out -> {
                    out.writeStartObject();
                    out.writeArrayFieldStart("keys");
                    for (ApiKey key : configured) {
                        write(out, key);
                    }
                    for (KeyService.Listed key : listed) {
                        write(out, key);
                    }
                    out.writeEndArray();
                    out.writeEndObject();
                })));
    }

    private static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw HttpFailure.invalid("expected 1 to 64 letters, digits, '-' and '_' as the id of a key, but got '"
                    + HttpFailure.shown(id) + "'");
        }
        return id;
    }

    private static String scope(String text) {
        try {
            return Permission.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw HttpFailure.invalid(e.getMessage() + " in 'scopes', but got '" + HttpFailure.shown(text) + "'");
        }
    }

    private static Response answer(int status, KeyService.Issued issued) {
        byte[] body = Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", issued.id());
            out.writeStringField("secret", issued.secret());
            out.writeStringField("token", issued.id() + "." + issued.secret());
            writeScopes(out, issued.scopes());
            writePrevious(out, issued.previousMillis());
            out.writeEndObject();
        });
        return Response.of(status, Response.JSON, body)
                .with("Cache-Control", "no-store")
                .decidedAt(issued.logIndex());
    }

    private static void write(JsonGenerator out, ApiKey key) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", key.id());
        out.writeStringField("origin", "configuration");
        out.writeStringField("state", "active");
        writeScopes(
                out,
                key.permissions().stream().map(Permission::toString).sorted().toList());
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, KeyService.Listed listed) throws IOException {
        ApiKeyState key = listed.key();
        out.writeStartObject();
        out.writeStringField("id", key.id());
        out.writeStringField("origin", "cluster");
        out.writeStringField("state", key.revoked() ? "revoked" : listed.previousMillis() > 0 ? "rotating" : "active");
        writeScopes(out, key.scopes());
        out.writeStringField(
                "created_at", Instant.ofEpochMilli(key.createdWallMillis()).toString());
        out.writeStringField(
                "changed_at", Instant.ofEpochMilli(key.changedWallMillis()).toString());
        writePrevious(out, listed.previousMillis());
        out.writeEndObject();
    }

    private static void writePrevious(JsonGenerator out, long millis) throws IOException {
        if (millis > 0) {
            out.writeStringField("previous_valid_for", Durations.format(millis));
        }
    }

    private static void writeScopes(JsonGenerator out, List<String> scopes) throws IOException {
        out.writeArrayFieldStart("scopes");
        for (String scope : scopes) {
            out.writeString(scope);
        }
        out.writeEndArray();
    }
}
