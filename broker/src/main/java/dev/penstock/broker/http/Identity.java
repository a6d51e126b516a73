package dev.penstock.broker.http;

import java.util.Set;

/** Who asks: the id of the key, and what it may do. */
public record Identity(String keyId, Set<Scope> scopes) {

    static final Identity NOBODY = new Identity("", Set.of());

    public Identity {
        scopes = Set.copyOf(scopes);
    }

    boolean may(Scope scope) {
        return scope == Scope.NONE || scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }
}
