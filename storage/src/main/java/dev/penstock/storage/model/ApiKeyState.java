package dev.penstock.storage.model;

import java.util.List;

/**
 * A key of the HTTP API as the log knows it. Its secrets are sealed by the nodes before they get here and opaque to the
 * machine, as are its scopes.
 *
 * @param revision Raft index of the entry that changed it last; a change names the one it was made for
 * @param secret sealed; empty once revoked
 * @param previousSecret sealed, the one before the last rotation; empty if there is none
 * @param previousUntilMillis log time from which the previous secret is void
 * @param createdWallMillis wall-clock time, for people
 * @param changedWallMillis the same of the last rotation or revocation
 */
public record ApiKeyState(
        String id,
        long revision,
        boolean revoked,
        byte[] secret,
        byte[] previousSecret,
        long previousUntilMillis,
        List<String> scopes,
        long createdWallMillis,
        long changedWallMillis) {

    public ApiKeyState {
        scopes = List.copyOf(scopes);
    }

    @Override
    public String toString() {
        return "ApiKeyState[" + id + ", revision " + revision + (revoked ? ", revoked" : "") + ", scopes " + scopes
                + "]";
    }
}
