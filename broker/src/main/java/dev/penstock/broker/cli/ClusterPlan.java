package dev.penstock.broker.cli;

import dev.penstock.broker.config.Address;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster to be: what {@code init} writes.
 *
 * @param http one address per node; node {@code n<i>} is the i-th
 * @param dataDirectory empty = {@code data} beside the configuration
 */
record ClusterPlan(
        List<Address> http,
        String dataDirectory,
        Optional<PlannedSource> source,
        String clusterId,
        String clusterSecret,
        String masterKey,
        String keyId,
        String keySecret) {

    static final String CONFIG_FILE = "penstock.yaml";
    private static final String PASSWORD_FILE = "source.password";
    private static final String CLIENT_FILE = "client.env";
    private static final String PASSWORD_VARIABLE = "PENSTOCK_DB_PASSWORD";

    /** 256 bits. */
    private static final int SECRET_BYTES = 32;

    static ClusterPlan create(
            List<Address> http, String dataDirectory, Optional<PlannedSource> source, SecureRandom random) {
        return new ClusterPlan(
                List.copyOf(http),
                dataDirectory,
                source,
                "c-" + hex(random, 6),
                text(random),
                text(random),
                "PK" + hex(random, 9).toUpperCase(Locale.ROOT),
                text(random));
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private static String text(SecureRandom random) {
        byte[] drawn = new byte[SECRET_BYTES];
        random.nextBytes(drawn);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
    }

    /** True if nothing but this machine is meant. */
    private boolean isLocal() {
        return http.stream().allMatch(Address::isLoopback);
    }

    private static String id(int node) {
        return "n" + (node + 1);
    }

    /** A node's own directory: its host's name where that tells the nodes apart, else its id. */
    private String directory(int node) {
        long hosts = http.stream().map(Address::host).distinct().count();
        return hosts == http.size() ? http.get(node).host().replace(':', '_') : id(node);
    }

    /** File names, below the directory that was asked for, and texts. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        for (int node = 0; node < http.size(); node++) {
            String directory = directory(node);
            files.put(directory + "/" + CONFIG_FILE, yaml(node));
            source.flatMap(PlannedSource::password)
                    .ifPresent(password -> files.put(directory + "/" + PASSWORD_FILE, password + "\n"));
        }
        files.put(CLIENT_FILE, clientEnvironment());
        return files;
    }

    private String clientEnvironment() {
        List<String> urls = http.stream().map(address -> "http://" + address).toList();
        return "# Lets the client commands find the cluster: set -a; . ./" + CLIENT_FILE + "; set +a\n"
                + "PENSTOCK_URL=" + String.join(",", urls) + "\n"
                + "PENSTOCK_TOKEN=" + keyId + "." + keySecret + "\n"
                + "AWS_ENDPOINT_URL_SQS=" + urls.get(0) + "\n"
                + "AWS_ACCESS_KEY_ID=" + keyId + "\n"
                + "AWS_SECRET_ACCESS_KEY=" + keySecret + "\n"
                + "AWS_REGION=us-east-1\n";
    }

    private String yaml(int node) {
        String dataDir = dataDirectory.isEmpty() ? "data" : dataDirectory;
        return "# Node " + id(node) + " of cluster " + clusterId + ", for "
                + http.get(node).host() + ".\n"
                + "# It holds secrets: keep it at mode 0600. Every key: docs/configuration.md\n"
                + "cluster:\n"
                + "  id: " + quoted(clusterId) + "\n"
                + "  secret: { value: " + quoted(clusterSecret) + " }\n"
                + "  # Seals the secrets of 'penstock keys create'; the same on all nodes, and not to be lost.\n"
                + "  master_key: { value: " + quoted(masterKey) + " }\n"
                + "\nnode:\n"
                + "  id: " + id(node) + "\n"
                + "  data_dir: " + quoted(dataDir) + "\n"
                + listeners(http.get(node))
                + "\npeers:\n" + peers()
                + "\n" + sourceYaml()
                + "\nkeys:\n"
                + "  - id: " + quoted(keyId) + "\n"
                + "    secret: " + quoted(keySecret) + "\n"
                + "    scopes: [admin]\n";
    }

    private String listeners(Address own) {
        String host = isLocal() ? own.host() : "0.0.0.0";
        String yaml = "\nhttp:\n  bind: " + quoted(new Address(host, own.port()).toString()) + "\n"
                + "\nraft:\n  bind: "
                + quoted(new Address(host, NodeAddresses.raftOf(own).port()).toString()) + "\n";
        if (isLocal()) {
            return yaml;
        }
        return yaml
                + "\n# The Raft port is not encrypted, nor is the HTTP port before it has http.tls (docs/deploy.md): let only your"
                + " private network reach them.\n"
                + "insecure: true\n";
    }

    private String peers() {
        StringBuilder yaml = new StringBuilder();
        for (int node = 0; node < http.size(); node++) {
            yaml.append("  - { id: ")
                    .append(id(node))
                    .append(", http: ")
                    .append(quoted(http.get(node).toString()))
                    .append(", raft: ")
                    .append(quoted(NodeAddresses.raftOf(http.get(node)).toString()))
                    .append(" }\n");
        }
        return yaml.toString();
    }

    private String sourceYaml() {
        if (source.isEmpty()) {
            return """
                    # The Postgres to stream from; without it the node serves its log only.
                    # source:
                    #   url: postgresql://penstock@db.example:5432/shop
                    #   password: { env: PENSTOCK_DB_PASSWORD }
                    #   tables: [public.orders]
                    """;
        }
        PlannedSource planned = source.get();
        String password = planned.password().isPresent()
                ? "{ file: " + PASSWORD_FILE + " }"
                : "{ env: " + PASSWORD_VARIABLE + " }";
        StringBuilder tables = new StringBuilder();
        planned.tables()
                .forEach(table -> tables.append("    - ").append(quoted(table)).append('\n'));
        return "source:\n"
                + "  url: " + quoted(planned.url()) + "\n"
                + "  password: " + password + "\n"
                + "  slot: penstock\n"
                + "  publication: penstock\n"
                + (tables.isEmpty()
                        ? ""
                        : "  # Only for creating the publication; afterwards change it in SQL.\n  tables:\n")
                + tables;
    }

    /** A text between single quotes means itself, whatever it holds. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** What to do with the files, for people. */
    List<String> nextSteps(Path directory) {
        List<String> steps = new ArrayList<>();
        steps.add("These files hold the cluster's secrets (mode 0600). Next:");
        if (source.isEmpty()) {
            steps.add(
                    "  $EDITOR " + shown(directory) + "/*/" + CONFIG_FILE + "      # fill in 'source': which Postgres");
        } else if (source.get().password().isEmpty()) {
            steps.add("  export " + PASSWORD_VARIABLE + "=…      # on each node, or remove 'password' from the files");
        }
        for (int node = 0; node < http.size(); node++) {
            String own = shown(directory.resolve(directory(node)));
            if (isLocal()) {
                steps.add("  ./penstock start --config " + own + "/" + CONFIG_FILE + (http.size() > 1 ? " &" : ""));
            } else {
                steps.add("  scp -r " + own + " " + http.get(node).host() + ":penstock-node");
            }
        }
        if (!isLocal()) {
            steps.add("  ./penstock start --config penstock-node/" + CONFIG_FILE
                    + "      # on each machine; deploy/ has a systemd unit");
        }
        steps.add("  set -a; . " + shown(directory.resolve(CLIENT_FILE)) + "; set +a; ./penstock status");
        return steps;
    }

    /** As a shell takes it, also where it would look for a command. */
    private static String shown(Path path) {
        Path plain = path.normalize();
        if (plain.toString().isEmpty()) {
            return ".";
        }
        return plain.isAbsolute() ? plain.toString() : "./" + plain;
    }

    @Override
    public String toString() {
        return "ClusterPlan[" + clusterId + ", " + http + "]";
    }
}
