package dev.penstock.broker.config;

/** One node of the cluster as the others reach it. */
public record PeerSettings(
        @Setting(
                key = "id",
                doc = "The node's `node.id`.",
                pattern = "[a-z][a-z0-9-]{0,30}",
                patternInWords = "a lower-case letter, then up to 30 lower-case letters, digits or hyphens")
        String id,

        @Setting(key = "http", doc = "Host and port of its HTTP port.")
        Address http,

        @Setting(key = "raft", doc = "Host and port of its Raft port.")
        Address raft) {}
