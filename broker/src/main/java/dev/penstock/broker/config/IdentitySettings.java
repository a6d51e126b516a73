package dev.penstock.broker.config;

import java.nio.file.Path;

/**
 * Who the node is and where it keeps what it must not forget.
 *
 * @param dataDir absolute
 */
public record IdentitySettings(
        @Setting(
                key = "id",
                doc = "Names this node within the cluster, and is one of `peers`.",
                pattern = "[a-z][a-z0-9-]{0,30}",
                patternInWords = "a lower-case letter, then up to 30 lower-case letters, digits or hyphens",
                change = Setting.Change.NEVER)
        String id,

        @Setting(
                key = "data_dir",
                doc =
                        "Directory of the Raft log and the database. Created at the first start; belongs to one node only."
                                + " A relative path starts at the configuration file.")
        Path dataDir) {}
