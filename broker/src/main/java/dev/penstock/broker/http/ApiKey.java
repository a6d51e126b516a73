package dev.penstock.broker.http;

import java.util.Set;

/**
 * A key with one of its secrets. The secret is kept as it is: a signature cannot be checked against a digest of it.
 *
 * @param id letters, digits, {@code -} and {@code _}; no dot, which parts id and secret in a token
 */
public record ApiKey(String id, String secret, Set<Permission> permissions) {

    public ApiKey {
        permissions = Set.copyOf(permissions);
        if (!id.matches("[A-Za-z0-9_-]{1,128}")) {
            throw new IllegalArgumentException(
                    "expected a key id of letters, digits, '-' and '_', but got '" + id + "'");
        }
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the key '" + id + "' has an empty secret");
        }
    }

    Identity identity() {
        return new Identity(id, permissions);
    }

    @Override
    public String toString() {
        return "ApiKey[" + id + ", " + permissions + "]";
    }
}
