package dev.penstock.cluster.process;

import java.nio.file.Path;
import java.util.List;

/**
 * One node of a cluster on this machine.
 *
 * @param id such as {@code n1}
 * @param directory holds the configuration, the log and the data directory
 * @param command starts the node in the foreground
 */
public record NodeSpec(String id, int httpPort, int raftPort, Path directory, List<String> command) {
    public NodeSpec {
        command = List.copyOf(command);
    }

    public String http() {
        return "http://127.0.0.1:" + httpPort;
    }

    public Path config() {
        return directory.resolve("penstock.yaml");
    }

    public Path dataDirectory() {
        return directory.resolve("data");
    }

    public Path log() {
        return directory.resolve("node.log");
    }
}
