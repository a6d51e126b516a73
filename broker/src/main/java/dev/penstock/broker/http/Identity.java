package dev.penstock.broker.http;

import java.util.Set;

/** Who asks: the id of the key, and what it may do. Deny by default: what no permission covers it may not. */
public record Identity(String keyId, Set<Permission> permissions) {

    static final Identity NOBODY = new Identity("", Set.of());

    public Identity {
        permissions = Set.copyOf(permissions);
    }

    /** On some object at least. */
    public boolean may(Scope scope) {
        return has(Scope.ADMIN) || has(scope);
    }

    /** On the object of that name. */
    public boolean may(Scope scope, String name) {
        return has(Scope.ADMIN)
                || permissions.stream().anyMatch(permission -> permission.scope() == scope && permission.covers(name));
    }

    /** On all objects, whatever their names. */
    boolean mayAll(Scope scope) {
        return has(Scope.ADMIN)
                || permissions.stream().anyMatch(permission -> permission.scope() == scope && permission.coversAll());
    }

    private boolean has(Scope scope) {
        return permissions.stream().anyMatch(permission -> permission.scope() == scope);
    }
}
