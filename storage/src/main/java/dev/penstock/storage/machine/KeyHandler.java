package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.ApiKeyState;
import dev.penstock.storage.table.ApiKeyTable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the HTTP API: made, rotated, revoked. Reads the whole table where a key is made, which {@link #MAX_KEYS} bounds;
 * else one row.
 */
final class KeyHandler {

    /** Revoked ones included. Every node holds them all in memory, and people look through the list. */
    static final int MAX_KEYS = 1_000;

    static final int MAX_SECRET_BYTES = 1_024;
    static final int MAX_SCOPES = 100;
    static final int MAX_SCOPE_LENGTH = 128;

    /** As long as an old secret may live on beside the new one: 30 days. */
    static final long MAX_OVERLAP_MILLIS = 30L * 24 * 3_600_000;

    private static final byte[] NOTHING = new byte[0];

    Reply put(Entry entry, Command.PutKey c) {
        String fault = faultOf(c);
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        Optional<ApiKeyState> known = ApiKeyTable.get(entry.tx, c.id());
        return c.revision() == Command.PutKey.NEW ? create(entry, c, known) : rotate(entry, c, known);
    }

    private static Reply create(Entry entry, Command.PutKey c, Optional<ApiKeyState> known) {
        if (known.isPresent()) {
            return new Rejected(
                    Rejection.KEY_EXISTS,
                    "expected an id that no key has, but '" + c.id() + "' is "
                            + (known.get().revoked() ? "that of a revoked key" : "taken"));
        }
        List<ApiKeyState> all = ApiKeyTable.all(entry.tx);
        if (all.size() >= MAX_KEYS) {
            Optional<ApiKeyState> oldest = all.stream()
                    .filter(ApiKeyState::revoked)
                    .min(Comparator.comparingLong(ApiKeyState::revision).thenComparing(ApiKeyState::id));
            if (oldest.isEmpty()) {
                return new Rejected(
                        Rejection.KEY_LIMIT, "expected fewer than " + MAX_KEYS + " keys; revoke one that is not used");
            }
            ApiKeyTable.delete(entry.tx, oldest.get().id());
        }
        ApiKeyTable.insert(
                entry.tx,
                new ApiKeyState(
                        c.id(),
                        entry.index,
                        false,
                        c.secret(),
                        NOTHING,
                        0,
                        c.scopes(),
                        entry.wallMillis,
                        entry.wallMillis));
        return new Reply.KeyChanged(c.id(), entry.index, 0);
    }

    private static Reply rotate(Entry entry, Command.PutKey c, Optional<ApiKeyState> known) {
        if (known.isEmpty()) {
            return unknown(c.id());
        }
        ApiKeyState old = known.get();
        if (old.revoked()) {
            return new Rejected(Rejection.KEY_REVOKED, "expected a key in use, but '" + c.id() + "' is revoked");
        }
        // A revision is a Raft index: two changes in one entry would be the same.
        if (old.revision() != c.revision() || old.revision() == entry.index) {
            return new Rejected(
                    Rejection.KEY_CHANGED,
                    "expected revision " + old.revision() + " of key '" + c.id() + "', but got " + c.revision());
        }
        boolean overlaps = c.overlapMillis() > 0;
        long until = overlaps ? entry.after(c.overlapMillis()) : 0;
        ApiKeyTable.update(
                entry.tx,
                new ApiKeyState(
                        c.id(),
                        entry.index,
                        false,
                        c.secret(),
                        overlaps ? old.secret() : NOTHING,
                        until,
                        c.scopes(),
                        old.createdWallMillis(),
                        entry.wallMillis));
        return new Reply.KeyChanged(c.id(), entry.index, until);
    }

    /** Again: the same answer, nothing changes. */
    Reply revoke(Entry entry, Command.RevokeKey c) {
        Optional<ApiKeyState> known = isId(c.id()) ? ApiKeyTable.get(entry.tx, c.id()) : Optional.empty();
        if (known.isEmpty()) {
            return unknown(c.id());
        }
        ApiKeyState old = known.get();
        boolean done = old.revoked() || (c.previousOnly() && old.previousSecret().length == 0);
        if (done) {
            return new Reply.KeyChanged(old.id(), old.revision(), 0);
        }
        boolean whole = !c.previousOnly();
        ApiKeyTable.update(
                entry.tx,
                new ApiKeyState(
                        old.id(),
                        entry.index,
                        whole,
                        whole ? NOTHING : old.secret(),
                        NOTHING,
                        0,
                        old.scopes(),
                        old.createdWallMillis(),
                        entry.wallMillis));
        return new Reply.KeyChanged(old.id(), entry.index, 0);
    }

    private static Rejected unknown(String id) {
        return new Rejected(Rejection.UNKNOWN_KEY, "expected a known key, but there is no '" + id + "'");
    }

    private static @Nullable String faultOf(Command.PutKey c) {
        if (!isId(c.id())) {
            return "expected a key id of " + Names.RULE;
        }
        if (c.secret().length == 0 || c.secret().length > MAX_SECRET_BYTES) {
            return "expected a sealed secret of 1 to " + MAX_SECRET_BYTES + " bytes";
        }
        if (c.revision() < Command.PutKey.NEW) {
            return "expected a revision of at least " + Command.PutKey.NEW;
        }
        if (c.scopes().isEmpty()
                || c.scopes().size() > MAX_SCOPES
                || c.scopes().stream().anyMatch(scope -> scope.isEmpty() || scope.length() > MAX_SCOPE_LENGTH)) {
            return "expected 1 to " + MAX_SCOPES + " scopes of at most " + MAX_SCOPE_LENGTH + " characters";
        }
        if (c.overlapMillis() < 0 || c.overlapMillis() > MAX_OVERLAP_MILLIS) {
            return "expected an overlap of 0 to " + MAX_OVERLAP_MILLIS + " ms";
        }
        return null;
    }

    private static boolean isId(String id) {
        return Names.isValid(id);
    }
}
