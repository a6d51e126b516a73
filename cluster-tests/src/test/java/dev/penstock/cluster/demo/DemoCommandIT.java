package dev.penstock.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.DemoMain;
import dev.penstock.cluster.process.FreePorts;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process, with stand-ins for its nodes: what it starts, says, and leaves behind. */
class DemoCommandIT {
    private static final Pattern PID = Pattern.compile("\"pid\" : ([0-9]+)");
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<ManagedProcess> started = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private Path jar = Path.of("none");
    private int httpPort;
    private int postgresPort;

    @BeforeEach
    void prepare() throws IOException {
        jar = standIn(directory.resolve("stand-in.jar"));
        postgresPort = FreePorts.one();
        httpPort = freeRow();
        ports.addAll(List.of(httpPort, httpPort + 1, httpPort + 2, postgresPort));
    }

    /** Three ports in a row, and the three that are 100 above. */
    private static int freeRow() {
        for (int first : FreePorts.several(50)) {
            List<Integer> row = List.of(first, first + 1, first + 2, first + 100, first + 101, first + 102);
            if (first < 60_000 && Ports.taken(row).isEmpty()) {
                return first;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static Path standIn(Path file) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, StandInNode.class.getName());
        String entry = StandInNode.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest);
                InputStream in = StandInNode.class.getClassLoader().getResourceAsStream(entry)) {
            jar.putNextEntry(new JarEntry(entry));
            if (in != null) {
                in.transferTo(jar);
            }
            jar.closeEntry();
        }
        return file;
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (ManagedProcess process : started) {
            process.stop(Duration.ofSeconds(15));
        }
        Awaitility.await("everything has ended")
                .atMost(Duration.ofSeconds(20))
                .until(() -> Ports.taken(ports).isEmpty());
    }

    private ManagedProcess demo(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "XDG_STATE_HOME=" + directory.resolve("state"),
                "XDG_CACHE_HOME=" + Path.of("target").toAbsolutePath(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dpenstock.jar=" + jar,
                "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                DemoMain.class.getName(),
                "demo",
                "--http-port",
                Integer.toString(httpPort),
                "--pg-port",
                Integer.toString(postgresPort)));
        command.addAll(Arrays.asList(options));
        ManagedProcess process = ManagedProcess.start("demo", command, directory, directory.resolve("demo.log"));
        started.add(process);
        return process;
    }

    private Path info() {
        return directory.resolve("info.json");
    }

    private void awaitInfo(ManagedProcess demo) {
        Awaitility.await("info file; log: " + demo.logTail())
                .atMost(START)
                .until(() -> Files.exists(info()) || !demo.isAlive());
        assertThat(info()).as(demo.logTail()).exists();
    }

    private List<Long> pids() throws IOException {
        List<Long> pids = new ArrayList<>();
        Matcher matcher = PID.matcher(Files.readString(info()));
        while (matcher.find()) {
            pids.add(Long.valueOf(matcher.group(1)));
        }
        return pids;
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private List<Path> leftInTemp() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("penstock"))
                    .toList();
        }
    }

    @Test
    void shouldTellWhereEverythingIsAndEndInOrderOnSigterm() throws Exception {
        ManagedProcess demo = demo("--no-load", "--info-file", info().toString());
        awaitInfo(demo);
        List<Long> pids = pids();
        assertThat(pids).hasSize(3).allMatch(DemoCommandIT::isAlive);
        assertThat(info())
                .content()
                .contains("\"postgres\" : \"postgresql://postgres@127.0.0.1:" + postgresPort + "/shop\"")
                .contains("\"stream\" : \"main\"")
                .contains("\"http\" : \"http://127.0.0.1:" + (httpPort + 2) + "\"");
        try (Connection connection =
                DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + postgresPort + "/shop?user=postgres")) {
            assertThat(connection.isValid(5)).isTrue();
        }

        // A killed node comes back, and the file says so.
        new ProcessBuilder("kill", "-9", pids.get(1).toString()).start().waitFor();
        Awaitility.await()
                .atMost(Duration.ofSeconds(8))
                .until(() -> !pids().get(1).equals(pids.get(1)));
        List<Long> after = pids();
        assertThat(after.get(0)).isEqualTo(pids.get(0));
        assertThat(isAlive(after.get(1))).isTrue();

        demo.terminate();
        assertThat(demo.awaitExit(Duration.ofSeconds(10))).isTrue();
        assertThat(after).noneMatch(DemoCommandIT::isAlive);
        assertThat(Ports.taken(ports)).isEmpty();
        assertThat(info()).doesNotExist();
        assertThat(directory.resolve("state/penstock/context.json")).doesNotExist();
        assertThat(leftInTemp()).isEmpty();
    }

    @Test
    void shouldLeaveNothingRunningWhenItIsKilled() throws Exception {
        ManagedProcess demo = demo("--no-load", "--info-file", info().toString());
        awaitInfo(demo);
        List<Long> pids = pids();

        demo.kill();

        Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(pids).noneMatch(DemoCommandIT::isAlive);
            assertThat(Ports.taken(ports)).isEmpty();
            assertThat(leftInTemp()).isEmpty();
            assertThat(directory.resolve("state/penstock/context.json")).doesNotExist();
        });
    }

    @Test
    void shouldGoOnFromItsDataDirectory() throws Exception {
        Path data = directory.resolve("data");
        ManagedProcess first = demo("--no-load", "--data-dir", data.toString(), "--info-file", info().toString());
        awaitInfo(first);
        String token = Files.readString(info()).replaceAll("(?s).*\"token\" : \"([^\"]+)\".*", "$1");
        first.terminate();
        assertThat(first.awaitExit(Duration.ofSeconds(10))).isTrue();

        ManagedProcess second = demo("--no-load", "--data-dir", data.toString(), "--info-file", info().toString());
        awaitInfo(second);

        assertThat(Files.readString(info())).contains("\"" + token + "\"");
        ManagedProcess third = demo("--no-load", "--data-dir", data.toString(), "--http-port", "1", "--pg-port", "2");
        assertThat(third.awaitExit(START)).isTrue();
        assertThat(third.exitCode()).isNotZero();
    }

    @Test
    void shouldSayWhichPortIsTaken() throws Exception {
        try (ServerSocket socket = new ServerSocket(httpPort + 1, 1, InetAddress.getLoopbackAddress())) {
            ManagedProcess demo = demo("--no-load");

            assertThat(demo.awaitExit(START)).isTrue();
            assertThat(demo.exitCode()).isEqualTo(1);
            assertThat(demo.logTail()).contains("port " + socket.getLocalPort()).contains("--http-port");
        }
    }

    @Test
    void shouldSayThatTheDataDirectoryCannotBeWritten() throws Exception {
        Path file = Files.writeString(directory.resolve("a-file"), "");
        ManagedProcess demo =
                demo("--no-load", "--data-dir", file.resolve("below").toString());

        assertThat(demo.awaitExit(START)).isTrue();
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.logTail()).contains("cannot be written").contains("--data-dir");
    }
}
