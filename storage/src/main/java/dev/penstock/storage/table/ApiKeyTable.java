package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.ApiKeyState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Keys of the HTTP API, secrets sealed. Key {@code 0e | id in UTF-8}. */
public final class ApiKeyTable {

    private ApiKeyTable() {}

    private static byte[] key(String id) {
        return RowKey.ofName(RowKey.API_KEY, id);
    }

    public static Optional<ApiKeyState> get(KeyReader reader, String id) {
        return Optional.ofNullable(reader.get(Space.STATE, key(id))).map(value -> decode(id, value));
    }

    /** In order of id. */
    public static List<ApiKeyState> all(KeyReader reader) {
        List<ApiKeyState> keys = new ArrayList<>();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(RowKey.of(RowKey.API_KEY)))) {
            for (; cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                String id = new String(Arrays.copyOfRange(key, 1, key.length), StandardCharsets.UTF_8);
                keys.add(decode(id, cursor.value()));
            }
        }
        return keys;
    }

    public static void insert(Transaction tx, ApiKeyState state) {
        tx.insert(Space.STATE, key(state.id()), encode(state));
    }

    public static void update(Transaction tx, ApiKeyState state) {
        tx.update(Space.STATE, key(state.id()), encode(state));
    }

    public static void delete(Transaction tx, String id) {
        tx.deleteExisting(Space.STATE, key(id));
    }

    static byte[] encode(ApiKeyState state) {
        ByteWriter out = RowValue.write(192)
                .varint(state.revision())
                .u8(state.revoked() ? 1 : 0)
                .sized(state.secret())
                .sized(state.previousSecret())
                .zigzag(state.previousUntilMillis())
                .zigzag(state.createdWallMillis())
                .zigzag(state.changedWallMillis())
                .varint(state.scopes().size());
        state.scopes().forEach(out::text);
        return out.toBytes();
    }

    private static ApiKeyState decode(String id, byte[] value) {
        ByteReader in = RowValue.read("API key row", value);
        long revision = in.varint();
        boolean revoked = in.flag("revocation in an API key row");
        byte[] secret = in.sized();
        byte[] previousSecret = in.sized();
        long previousUntilMillis = in.zigzag();
        long createdWallMillis = in.zigzag();
        long changedWallMillis = in.zigzag();
        int count = in.count("scopes", 1);
        List<String> scopes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            scopes.add(in.text());
        }
        in.finish();
        return new ApiKeyState(
                id,
                revision,
                revoked,
                secret,
                previousSecret,
                previousUntilMillis,
                scopes,
                createdWallMillis,
                changedWallMillis);
    }
}
