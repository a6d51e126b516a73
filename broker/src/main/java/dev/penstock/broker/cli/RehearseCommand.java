package dev.penstock.broker.cli;

import dev.penstock.broker.boot.Node;
import dev.penstock.broker.config.Address;
import dev.penstock.broker.config.ConfigLoader;
import dev.penstock.broker.config.ConfigRefused;
import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.raft.StartRefused;
import dev.penstock.client.ClientOptions;
import dev.penstock.client.PenstockClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Forms a cluster of three in this process, without a Postgres, takes a consumer's steps, and ends. The launcher runs it once
 * with {@code -XX:ArchiveClassesAtExit}, so that the JVM can record which classes a node needs: loading them from jars is more
 * than half of what a start costs, and a killed node must be back within seconds on a machine that is busy.
 */
@Command(
        name = "rehearse",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Runs a cluster of three in this process for a moment, to record the classes that a node needs.")
final class RehearseCommand implements Callable<Integer> {

    private static final int NODES = 3;
    private static final int TRIES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Ports from which {@link #freePorts} draws: below the usual ephemeral ones, which others may take at any moment. */
    private static final int LOWEST_PORT = 20_000;

    private static final int PORT_RANGE = 10_000;
    private static final String OWN_JARS = "penstock-";

    private final SecureRandom random = new SecureRandom();

    @Override
    public Integer call() throws Exception {
        Path scratch = Files.createTempDirectory("penstock-rehearsal-");
        try {
            loadOwnClasses();
            ClusterPlan plan = ClusterPlan.create(freePorts(), "", Optional.empty(), random);
            rehearse(plan, configs(plan, scratch));
        } finally {
            deleteAll(scratch);
        }
        return ExitCode.OK;
    }

    private static List<NodeConfig> configs(ClusterPlan plan, Path scratch) throws IOException, ConfigRefused {
        List<NodeConfig> configs = new ArrayList<>();
        for (Map.Entry<String, String> file : plan.files().entrySet()) {
            Path path = scratch.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.writeString(path, file.getValue());
            if (path.endsWith(ClusterPlan.CONFIG_FILE)) {
                configs.add(ConfigLoader.load(path, Map.of()).config());
            }
        }
        return configs;
    }

    private static void rehearse(ClusterPlan plan, List<NodeConfig> configs)
            throws InterruptedException, ExecutionException, StartRefused {
        NodeLog.begin(configs.get(0).log());
        // Each waits for the others at its first start.
        ExecutorService starters = Executors.newFixedThreadPool(NODES);
        List<Future<Node>> starts = new ArrayList<>();
        configs.forEach(config -> starts.add(starters.submit(() -> Node.open(config))));
        List<Node> nodes = new ArrayList<>();
        try {
            for (Future<Node> start : starts) {
                nodes.add(start.get());
            }
            for (Address http : plan.http()) {
                consume(http, plan.keyId() + "." + plan.keySecret());
            }
        } finally {
            nodes.forEach(Node::close);
            starters.shutdownNow();
        }
    }

    /** At each node in turn, so that requests are forwarded too. */
    private static void consume(Address http, String token) {
        PenstockClient client = new PenstockClient(
                List.of(URI.create("http://" + http)),
                token,
                ClientOptions.defaults().withRetryFor(PATIENCE));
        client.cluster();
        client.streams();
        client.groups();
        client.isHealthy("ready");
        client.isHealthy("sources");
        client.json("/v1/groups");
    }

    // ---- what no rehearsal without a Postgres would reach ----

    private static void loadOwnClasses() throws IOException {
        ClassLoader loader = RehearseCommand.class.getClassLoader();
        for (Path jar : ownJars()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                List<String> classes = file.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace('/', '.'))
                        .toList();
                for (String name : classes) {
                    Class.forName(name, false, loader);
                }
            } catch (ClassNotFoundException e) {
                throw new IOException(jar + " holds a class that cannot be loaded", e);
            }
        }
    }

    /** The started jar and those beside it that are ours. */
    private static List<Path> ownJars() throws IOException {
        Path started = Path.of(System.getProperty("java.class.path", ""));
        if (!Files.isRegularFile(started)) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "expected to be run by java -jar penstock.jar, but the class path is " + started,
                    "");
        }
        List<Path> jars = new ArrayList<>(List.of(started));
        try (Stream<Path> libraries = Files.list(started.resolveSibling("lib"))) {
            libraries
                    .filter(library -> library.getFileName().toString().startsWith(OWN_JARS))
                    .forEach(jars::add);
        }
        return jars;
    }

    // ---- surroundings ----

    private List<Address> freePorts() {
        List<Address> free = new ArrayList<>();
        for (int tries = 0; free.size() < NODES && tries < TRIES; tries++) {
            Address http = new Address("127.0.0.1", LOWEST_PORT + random.nextInt(PORT_RANGE));
            if (isFree(http) && isFree(NodeAddresses.raftOf(http))) {
                free.add(http);
            }
        }
        if (free.size() < NODES) {
            throw new CommandFailed(ExitCode.FAILURE, "found no free ports on 127.0.0.1", "");
        }
        return free;
    }

    private static boolean isFree(Address address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address.host(), address.port()));
            return true;
        } catch (IOException e) {
            return false; // taken: that is what was asked
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }
}
