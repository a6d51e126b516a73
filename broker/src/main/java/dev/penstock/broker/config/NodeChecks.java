package dev.penstock.broker.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks values against each other. Skips what was not understood: that is reported already. */
final class NodeChecks {

    /** Eight bytes of entropy would be 16 hexadecimal digits: less can be guessed over the network in time. */
    private static final Pattern KEY_SECRET = Pattern.compile("[!-~]{16,256}");

    private static final Pattern CLUSTER_SECRET = Pattern.compile("[!-~]{32,256}");

    /** More voters make every entry slower and give nothing that seven do not. */
    private static final int MAX_PEERS = 7;

    private final BoundValues bound;
    private final Problems problems;

    NodeChecks(BoundValues bound, Problems problems) {
        this.bound = bound;
        this.problems = problems;
    }

    void run() {
        checkSecret("cluster.secret", CLUSTER_SECRET, "32 to 256 printable characters without spaces");
        checkSecret("cluster.master_key", CLUSTER_SECRET, "32 to 256 printable characters without spaces");
        checkKeys();
        checkPeers();
        checkSelf();
        checkPort("http");
        checkPort("raft");
        checkPortsDiffer();
        checkOrder("timeouts.election_min", "timeouts.election_max", true);
        checkOrder("limits.connections_per_address", "limits.connections", false);
        checkOrder("limits.body", "limits.batch_body", false);
    }

    private void add(String key, String message) {
        problems.add(bound.placeOf(key), key, message);
    }

    private void checkSecret(String key, Pattern pattern, String expected) {
        bound.get(key, Secret.class).ifPresent(secret -> {
            if (!pattern.matcher(secret.reveal()).matches()) {
                add(key, "expected " + expected + ", but the secret (" + secret + ") is not of that form");
            }
        });
    }

    private void checkKeys() {
        int size = bound.sizeOf("keys");
        if (size == 0 && bound.isKnown("keys")) {
            add("keys", "expected at least one key, as without one nobody can ask this node anything; but got none");
        }
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < size; i++) {
            String key = "keys[" + i + "]";
            bound.get(key + ".id", String.class).ifPresent(id -> reportTwice(seen, id, key + ".id"));
            checkSecret(key + ".secret", KEY_SECRET, "16 to 256 printable characters without spaces");
            if (bound.isKnown(key + ".scopes") && bound.sizeOf(key + ".scopes") == 0) {
                add(key + ".scopes", "expected at least one scope, such as admin, but got none");
            }
        }
    }

    private void reportTwice(Map<String, String> seen, String value, String key) {
        @Nullable String first = seen.putIfAbsent(value, key);
        if (first != null) {
            add(key, "expected another value than " + first + ", but both are " + Problems.seen(value));
        }
    }

    private void checkPeers() {
        int size = bound.sizeOf("peers");
        if (size > 0 && (size % 2 == 0 || size > MAX_PEERS)) {
            add(
                    "peers",
                    "expected an odd number of nodes up to " + MAX_PEERS + ", usually 3, but got " + size
                            + (size == 2 ? "; two nodes stop as soon as one of them does" : ""));
        }
        Map<String, String> ids = new HashMap<>();
        Map<String, String> addresses = new HashMap<>();
        for (int i = 0; i < size; i++) {
            String peer = "peers[" + i + "]";
            bound.get(peer + ".id", String.class).ifPresent(id -> reportTwice(ids, id, peer + ".id"));
            for (String key : List.of(peer + ".http", peer + ".raft")) {
                bound.get(key, Address.class).ifPresent(address -> {
                    reportTwice(addresses, address.toString(), key);
                    reportWildcard(address, key);
                });
            }
        }
    }

    private void reportWildcard(Address address, String key) {
        if (address.isWildcard()) {
            add(key, "expected an address that others can connect to, but " + address + " stands for all interfaces");
        }
    }

    private void checkSelf() {
        Optional<String> nodeId = bound.get("node.id", String.class);
        int size = bound.sizeOf("peers");
        if (nodeId.isEmpty() || size == 0) {
            return;
        }
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < size; i++) {
            Optional<String> id = bound.get("peers[" + i + "].id", String.class);
            if (id.isEmpty()) {
                return;
            }
            ids.add(id.get());
        }
        if (!ids.contains(nodeId.get())) {
            add(
                    "node.id",
                    "expected one of peers ("
                            + String.join(", ", ids.stream().sorted().toList()) + "), but got "
                            + Problems.seen(nodeId.get()));
        }
    }

    /** @param port http or raft */
    private void checkPort(String port) {
        Optional<Address> bind = bound.get(port + ".bind", Address.class);
        Optional<Address> advertise = bound.get(port + ".advertise", Address.class);
        advertise.ifPresent(address -> reportWildcard(address, port + ".advertise"));
        if (bind.isEmpty()) {
            return;
        }
        boolean encrypted =
                port.equals("http") && bound.get("http.tls", TlsSettings.class).isPresent();
        if (!bind.get().isLoopback() && !encrypted && !bound.isTrue("insecure")) {
            add(
                    port + ".bind",
                    bind.get()
                            + " can be reached from other machines, and without TLS keys and rows would travel in the"
                            + " clear; bind to 127.0.0.1, or "
                            + (port.equals("http") ? "give http.tls, or " : "")
                            + "set 'insecure: true' if you trust that network"
                            + (port.equals("raft") ? " (the Raft port is never encrypted)" : ""));
        }
        Optional<Address> own = ownPeerAddress(port);
        if (own.isPresent() && advertise.isPresent() && !own.equals(advertise)) {
            add(
                    port + ".advertise",
                    "expected the address that peers gives this node, " + own.get() + ", but got " + advertise.get()
                            + "; remove the key or make them equal");
        }
        if (bind.get().isWildcard() && own.isEmpty() && advertise.isEmpty() && bound.sizeOf("peers") == 0) {
            add(port + ".advertise", "required, as " + port + ".bind stands for all interfaces; expected host:port");
        }
        if (bind.get().isLoopback()
                && own.filter(address -> !address.isLoopback()).isPresent()) {
            problems.warn(
                    port + ".bind " + bind.get() + " is reachable from this machine only, but the others are told "
                            + own.get() + "; unless something forwards that, set " + port + ".bind to 0.0.0.0:"
                            + own.get().port());
        }
    }

    private Optional<Address> ownPeerAddress(String port) {
        Optional<String> nodeId = bound.get("node.id", String.class);
        for (int i = 0; i < bound.sizeOf("peers"); i++) {
            String peer = "peers[" + i + "].";
            if (nodeId.isPresent() && nodeId.equals(bound.get(peer + "id", String.class))) {
                return bound.get(peer + port, Address.class);
            }
        }
        return Optional.empty();
    }

    private void checkPortsDiffer() {
        Optional<Address> http = bound.get("http.bind", Address.class);
        Optional<Address> raft = bound.get("raft.bind", Address.class);
        if (http.isPresent()
                && raft.isPresent()
                && http.get().port() == raft.get().port()) {
            add(
                    "raft.bind",
                    "expected another port than http.bind, but both are "
                            + raft.get().port());
        }
    }

    private void checkOrder(String lowerKey, String upperKey, boolean strictly) {
        Optional<Number> lower = bound.get(lowerKey, Number.class);
        Optional<Number> upper = bound.get(upperKey, Number.class);
        if (lower.isEmpty() || upper.isEmpty()) {
            return;
        }
        long over = lower.get().longValue() - upper.get().longValue();
        if (over > 0 || (strictly && over == 0)) {
            add(lowerKey, "expected " + (strictly ? "less" : "no more") + " than " + upperKey + ", but it is not");
        }
    }
}
