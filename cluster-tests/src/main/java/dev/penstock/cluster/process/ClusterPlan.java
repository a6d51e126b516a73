package dev.penstock.cluster.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the configuration files of one cluster say.
 *
 * @param extra further lines of each file, such as settings of a test
 */
public record ClusterPlan(
        String clusterId,
        String clusterSecret,
        String masterKey,
        Source source,
        Key key,
        List<NodeSpec> nodes,
        List<String> extra) {

    /** Difference between a node's HTTP and Raft port. */
    public static final int RAFT_PORT_DISTANCE = 100;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /** @param url without the password */
    public record Source(String name, String url, String password, String slot, String publication) {}

    /** A key of scope admin. */
    public record Key(String id, String secret) {
        public String token() {
            return id + "." + secret;
        }
    }

    public ClusterPlan {
        nodes = List.copyOf(nodes);
        extra = List.copyOf(extra);
    }

    /**
     * Three nodes below one directory, their ports in a row.
     *
     * @param java start of the command up to and with {@code penstock.jar}
     */
    public static List<NodeSpec> threeNodes(Path directory, int firstHttpPort, List<String> java) {
        List<NodeSpec> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String id = "n" + (i + 1);
            int port = firstHttpPort + i;
            nodes.add(node(id, port, port + RAFT_PORT_DISTANCE, directory.resolve(id), java));
        }
        return nodes;
    }

    public static NodeSpec node(String id, int httpPort, int raftPort, Path directory, List<String> java) {
        List<String> command = new ArrayList<>(java);
        command.addAll(
                List.of("start", "--config", directory.resolve("penstock.yaml").toString()));
        return new NodeSpec(id, httpPort, raftPort, directory, command);
    }

    /** Writes the configuration files, readable by their owner only, and makes the directories. */
    public void write() throws IOException {
        for (NodeSpec node : nodes) {
            Files.createDirectories(node.directory());
            writeSecret(node.directory().resolve("password"), source.password() + "\n");
            writeSecret(node.config(), yaml(node));
        }
    }

    private static void writeSecret(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, java.nio.file.attribute.PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(file, text);
    }

    private String yaml(NodeSpec self) {
        StringBuilder yaml = new StringBuilder();
        section(yaml, "cluster", Map.of("id", clusterId, "secret", clusterSecret, "master_key", masterKey));
        section(
                yaml,
                "node",
                Map.of("id", self.id(), "data_dir", self.dataDirectory().toString()));
        section(yaml, "http", Map.of("bind", "127.0.0.1:" + self.httpPort()));
        section(yaml, "raft", Map.of("bind", "127.0.0.1:" + self.raftPort()));
        yaml.append("peers:\n");
        for (NodeSpec peer : nodes) {
            yaml.append("  - {id: ").append(quoted(peer.id()));
            yaml.append(", http: ").append(quoted("127.0.0.1:" + peer.httpPort()));
            yaml.append(", raft: ")
                    .append(quoted("127.0.0.1:" + peer.raftPort()))
                    .append("}\n");
        }
        section(
                yaml,
                "source",
                Map.of(
                        "name", source.name(),
                        "url", source.url(),
                        "slot", source.slot(),
                        "publication", source.publication()));
        yaml.append("  password: {file: ").append(quoted("password")).append("}\n");
        yaml.append("keys:\n  - id: ").append(quoted(key.id())).append('\n');
        yaml.append("    secret: ").append(quoted(key.secret())).append('\n');
        yaml.append("    scopes: [admin]\n");
        extra.forEach(line -> yaml.append(line).append('\n'));
        return yaml.toString();
    }

    private static void section(StringBuilder yaml, String name, Map<String, String> values) {
        yaml.append(name).append(":\n");
        new java.util.TreeMap<>(values)
                .forEach((key, value) -> yaml.append("  ")
                        .append(key)
                        .append(": ")
                        .append(quoted(value))
                        .append('\n'));
    }

    /** A YAML string in single quotes means itself. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
