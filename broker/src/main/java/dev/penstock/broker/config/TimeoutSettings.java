package dev.penstock.broker.config;

/** How long the node waits for others. */
public record TimeoutSettings(
        @Setting(
                key = "election_min",
                doc = "A follower that hears nothing from the leader for a random time between this and"
                        + " `timeouts.election_max` asks for an election. The same on all nodes.",
                fallback = "400ms",
                atLeast = "150ms",
                atMost = "30s")
        long electionMinMillis,

        @Setting(
                key = "election_max",
                doc = "See `timeouts.election_min`; a leader that no majority answers for this long steps down.",
                fallback = "800ms",
                atLeast = "300ms",
                atMost = "60s")
        long electionMaxMillis,

        @Setting(
                key = "step_down_wait",
                doc = "How long a leader that lost its majority leaves the candidacy to others.",
                fallback = "2s",
                atLeast = "100ms",
                atMost = "60s")
        long stepDownWaitMillis,

        @Setting(
                key = "leader_wait",
                doc = "How long a request that names no wait of its own is held while there is no leader, before it is"
                        + " answered with 503.",
                fallback = "5s",
                atLeast = "100ms",
                atMost = "60s")
        long leaderWaitMillis,

        @Setting(
                key = "shutdown",
                doc =
                        "How long an orderly end may take, leadership handed over included, before the process ends anyway.",
                fallback = "10s",
                atLeast = "1s",
                atMost = "10m")
        long shutdownMillis) {}
