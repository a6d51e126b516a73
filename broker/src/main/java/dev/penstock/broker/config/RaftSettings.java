package dev.penstock.broker.config;

import java.util.Optional;

/**
 * Where the other nodes connect.
 *
 * @param advertise empty = this node's entry of {@code peers}, else {@link #bind}
 */
public record RaftSettings(
        @Setting(
                key = "bind",
                doc = "Where the Raft port listens. Anything but a loopback address needs `insecure: true`.",
                fallback = "127.0.0.1:7900")
        Address bind,

        @Setting(
                key = "advertise",
                doc = "What the other nodes connect to. Default: this node's entry of `peers`, else `raft.bind`.")
        Optional<Address> advertise) {}
