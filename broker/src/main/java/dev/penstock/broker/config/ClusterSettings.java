package dev.penstock.broker.config;

import java.util.Optional;

/**
 * Which cluster the node belongs to. The same on all its nodes.
 *
 * @param secret what the nodes know each other by; also authenticates receipts
 * @param masterKey seals the secrets of replicated keys
 */
public record ClusterSettings(
        @Setting(
                key = "id",
                doc = "Names the cluster. A data directory of another cluster is refused.",
                pattern = "[A-Za-z0-9][A-Za-z0-9-]{0,62}",
                patternInWords = "1 to 63 letters, digits or hyphens",
                change = Setting.Change.NEVER)
        String id,

        @Setting(
                key = "secret",
                doc = "Shared by the nodes: they know each other by it, and receipts are authenticated with it."
                        + " At least 32 characters; `penstock init` makes one.",
                inlineSecret = true)
        Secret secret,

        @Setting(
                key = "master_key",
                doc =
                        "Seals the secrets of the keys that the cluster keeps (`penstock keys create`), in the log and on disk."
                                + " At least 32 characters; `penstock init` makes one. Keep it: without it those keys are of no use."
                                + " Without one the keys of the configuration are all there is.",
                inlineSecret = true)
        Optional<Secret> masterKey) {}
