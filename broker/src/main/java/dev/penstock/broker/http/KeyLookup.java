package dev.penstock.broker.http;

import dev.penstock.broker.http.Authenticator.Denied;
import dev.penstock.broker.http.Authenticator.Reason;
import dev.penstock.broker.keys.KeyRing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keys by id: those of the node's configuration, then those that the cluster keeps. Thread-safe.
 */
public final class KeyLookup {

    /** What there is of an id. */
    sealed interface Found {}

    /** @param keys one per secret that is good now; none: there is no such key */
    record Keys(List<ApiKey> keys) implements Found {}

    /** It cannot be said at the moment. */
    record Later(Denied denied) implements Found {}

    private final Map<String, ApiKey> configured = new HashMap<>();
    private final KeyRing ring;

    public KeyLookup(List<ApiKey> configured, KeyRing ring) {
        for (ApiKey key : configured) {
            if (this.configured.put(key.id(), key) != null) {
                throw new IllegalArgumentException("the key id '" + key.id() + "' is there twice");
            }
        }
        this.ring = ring;
    }

    Found find(String id) {
        ApiKey own = configured.get(id);
        if (own != null) {
            return new Keys(List.of(own));
        }
        KeyRing.Found found = ring.find(id);
        if (found instanceof KeyRing.Undecided undecided) {
            return new Later(new Denied(Reason.NOT_KNOWN_YET, undecided.why()));
        }
        return found instanceof KeyRing.Known known ? new Keys(keys(known)) : new Keys(List.of());
    }

    private static List<ApiKey> keys(KeyRing.Known known) {
        Set<Permission> permissions = known.scopes().stream()
                .flatMap(text -> permission(text).stream())
                .collect(Collectors.toSet());
        return known.secrets().stream()
                .map(secret -> new ApiKey(known.id(), secret, permissions))
                .toList();
    }

    /** A scope that a newer node knows gives nothing here. */
    private static List<Permission> permission(String text) {
        try {
            return List.of(Permission.parse(text));
        } catch (IllegalArgumentException unknown) {
            return List.of();
        }
    }
}
