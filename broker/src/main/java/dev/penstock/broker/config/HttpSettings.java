package dev.penstock.broker.config;

import java.util.Optional;

/**
 * Where clients connect.
 *
 * @param tls empty = plain HTTP
 * @param advertise empty = this node's entry of {@code peers}, else {@link #bind}
 */
public record HttpSettings(
        @Setting(
                key = "bind",
                doc =
                        "Where the HTTP port listens. Anything but a loopback address needs `http.tls` or `insecure: true`.",
                fallback = "127.0.0.1:7800")
        Address bind,

        @Setting(
                key = "advertise",
                doc = "What other nodes and clients are told to connect to. Default: this node's entry of `peers`,"
                        + " else `http.bind`.")
        Optional<Address> advertise,

        @Setting(
                key = "tls",
                doc = "Speak HTTPS, 1.2 or newer, to clients and to the other nodes. On all nodes or on none.")
        Optional<TlsSettings> tls) {}
