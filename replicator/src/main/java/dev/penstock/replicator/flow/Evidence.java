package dev.penstock.replicator.flow;

import java.util.OptionalLong;

/**
 * By what a source is known again, as kept in {@code SourceState.systemId}: the system identifier of the Postgres cluster
 * and the oid of the publication, {@code <identifier>:<oid>}. The oid tells a publication that was dropped and created
 * again, between two connections, from the one that the slot was made for.
 */
record Evidence(String systemId, OptionalLong publicationOid) {

    static Evidence parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new Evidence(text, OptionalLong.empty())
                : new Evidence(
                        text.substring(0, colon), OptionalLong.of(Long.parseLong(text, colon + 1, text.length(), 10)));
    }

    static String text(String systemId, long publicationOid) {
        return systemId + ":" + publicationOid;
    }
}
