package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.ApiKeyState;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** The part of {@link Model} that keeps the keys of the API. */
final class ModelKeys {

    private static final class Key {
        long revision;
        boolean revoked;
        byte[] secret = {};
        byte[] previous = {};
        long previousUntil;
        List<String> scopes = List.of();
    }

    private final TreeMap<String, Key> keys = new TreeMap<>();

    private static Reply no(Rejection reason) {
        return new Rejected(reason, "");
    }

    Reply put(Command.PutKey c, long index, long clock) {
        boolean malformed = !c.id().matches("[A-Za-z0-9_-]{1,75}")
                || c.secret().length == 0
                || c.revision() < -1
                || c.scopes().isEmpty()
                || c.overlapMillis() < 0;
        if (malformed) {
            return no(Rejection.MALFORMED);
        }
        Key key = keys.get(c.id());
        long until = 0;
        if (c.revision() == -1) {
            if (key != null) {
                return no(Rejection.KEY_EXISTS);
            }
            key = new Key();
            keys.put(c.id(), key);
        } else {
            if (key == null) {
                return no(Rejection.UNKNOWN_KEY);
            }
            if (key.revoked) {
                return no(Rejection.KEY_REVOKED);
            }
            if (key.revision != c.revision()) {
                return no(Rejection.KEY_CHANGED);
            }
            until = c.overlapMillis() == 0 ? 0 : clock + c.overlapMillis();
            key.previous = until == 0 ? new byte[0] : key.secret;
        }
        key.previousUntil = until;
        key.revision = index;
        key.secret = c.secret();
        key.scopes = c.scopes();
        return new Reply.KeyChanged(c.id(), index, until);
    }

    Reply revoke(Command.RevokeKey c, long index) {
        Key key = keys.get(c.id());
        if (key == null) {
            return no(Rejection.UNKNOWN_KEY);
        }
        boolean changes = c.previousOnly() ? key.previous.length > 0 : !key.revoked;
        if (changes) {
            key.revision = index;
            key.previous = new byte[0];
            key.previousUntil = 0;
            if (!c.previousOnly()) {
                key.revoked = true;
                key.secret = new byte[0];
            }
        }
        return new Reply.KeyChanged(c.id(), key.revision, 0);
    }

    long revision(String id) {
        Key key = keys.get(id);
        return key == null ? 1 : key.revision;
    }

    boolean isSame(List<ApiKeyState> seen) {
        return seen.size() == keys.size() && seen.stream().allMatch(this::isSame);
    }

    private boolean isSame(ApiKeyState seen) {
        Key key = keys.get(seen.id());
        return key != null
                && key.revision == seen.revision()
                && key.revoked == seen.revoked()
                && Arrays.equals(key.secret, seen.secret())
                && Arrays.equals(key.previous, seen.previousSecret())
                && key.previousUntil == seen.previousUntilMillis()
                && key.scopes.equals(seen.scopes());
    }
}
