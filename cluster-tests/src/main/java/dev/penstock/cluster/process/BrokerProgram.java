package dev.penstock.cluster.process;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The packaged broker: where it is and how a node of a cluster on one machine is run. */
public final class BrokerProgram {
    /** Names the jar if it is not in its usual place. */
    public static final String PROPERTY = "penstock.jar";

    /** From this feature release on, native code that reaches memory directly must be announced. */
    private static final int UNSAFE_WARNS = 24;

    /** As the launcher starts a node, with its reasons; RocksDB's memory comes on top, within 1 GiB resident. */
    private static final List<String> JVM = List.of(
            "-Xms128m",
            "-Xmx384m",
            "-XX:MaxDirectMemorySize=256m",
            "-XX:+UseG1GC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+PerfDisableSharedMem",
            "-Dorg.apache.ratis.thirdparty.io.netty.allocator.useCacheForAllThreads=false",
            "-Dfile.encoding=UTF-8",
            "--enable-native-access=ALL-UNNAMED");

    private BrokerProgram() {}

    /** Start of a node's command line, up to and with the jar. */
    public static List<String> command() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(JVM);
        if (Runtime.version().feature() >= UNSAFE_WARNS) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-jar");
        command.add(jar().toString());
        return command;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The jar by property, else beside the module that this class was loaded from. */
    public static Path jar() throws IOException {
        String named = System.getProperty(PROPERTY);
        List<Path> places = new ArrayList<>();
        if (named != null) {
            places.add(Path.of(named));
        } else {
            // <root>/cluster-tests/target/penstock-demo.jar, or .../target/classes
            for (Path path = here(); path != null; path = path.getParent()) {
                places.add(path.resolve("broker/target/penstock.jar"));
            }
        }
        for (Path place : places) {
            if (Files.isRegularFile(place)) {
                return place.toAbsolutePath().normalize();
            }
        }
        throw new IOException("the broker's program is not built (no broker/target/penstock.jar);"
                + " build it with: mvn -DskipTests package");
    }

    private static @Nullable Path here() throws IOException {
        try {
            return Path.of(BrokerProgram.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath()
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IOException("the place of this program cannot be found", e);
        }
    }
}
