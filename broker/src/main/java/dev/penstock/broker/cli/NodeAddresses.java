package dev.penstock.broker.cli;

import dev.penstock.broker.config.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code --nodes}: hosts with or without the port of HTTP. */
final class NodeAddresses {

    static final int HTTP_PORT = 7_800;
    /** From a node's HTTP port to its Raft port. */
    static final int RAFT_DISTANCE = 100;

    private static final int MAX_NODES = 7;

    private NodeAddresses() {}

    /** The HTTP addresses. A host named again without a port gets the next free one. */
    static List<Address> of(List<String> nodes) {
        if (nodes.size() % 2 == 0 || nodes.size() > MAX_NODES) {
            throw usage("expected 1, 3, 5 or 7 nodes, but got " + nodes.size()
                    + "; an even number tolerates no more failures than one node less");
        }
        List<Address> addresses = new ArrayList<>();
        Set<Address> taken = new HashSet<>();
        for (String node : nodes) {
            Address address = address(node.strip(), taken);
            if (address.isWildcard()) {
                throw usage("expected a host that others can connect to, but " + node + " stands for all interfaces");
            }
            if (!taken.add(address) || !taken.add(raftOf(address))) {
                throw usage("expected each node at a port of its own (Raft takes HTTP + " + RAFT_DISTANCE
                        + "), but got " + node + " again");
            }
            addresses.add(address);
        }
        return addresses;
    }

    static Address raftOf(Address http) {
        return new Address(http.host(), http.port() + RAFT_DISTANCE);
    }

    private static Address address(String node, Set<Address> taken) {
        boolean hasPort = node.matches("(\\[.*]|[^:]*):[0-9]+");
        try {
            if (hasPort) {
                return Address.parse(node);
            }
            Address address = Address.parse(node + ":" + HTTP_PORT);
            for (int port = HTTP_PORT; taken.contains(address); port++) {
                address = new Address(address.host(), port);
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw usage("expected host or host:port in --nodes, but got '" + node + "'");
        }
    }

    private static CommandFailed usage(String message) {
        return new CommandFailed(ExitCode.USAGE, message, "penstock init --nodes a.example,b.example,c.example");
    }
}
