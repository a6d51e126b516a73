package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher of the repository in a copy, with a Java and a Maven that only say how they were called. */
@Timeout(60)
class LauncherTest {

    private static final Path LAUNCHER = Path.of("..", "penstock");

    @TempDir
    Path scratch;

    private Path home;
    private Path tools;
    private final Map<String, String> environment = new TreeMap<>();

    private record Run(int exitCode, String out, String err) {
        List<String> javaArguments() {
            return out.lines().toList();
        }
    }

    @BeforeEach
    void copyLauncher() throws IOException {
        home = Files.createDirectories(scratch.resolve("a checkout"));
        tools = Files.createDirectories(scratch.resolve("tools"));
        Files.copy(LAUNCHER, home.resolve("penstock"));
        executable(home.resolve("penstock"));
        java("17.0.15");
        environment.put("PATH", tools + ":/usr/bin:/bin");
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, "#!/bin/sh\n" + text);
        executable(file);
    }

    /** A Java that prints each of its arguments on a line; told to record classes it does. */
    private void java(String version) throws IOException {
        Path javaHome = scratch.resolve("jdk-" + version);
        script(javaHome.resolve("bin/java"), """
                for a in "$@"; do
                    printf '%s\\n' "$a"
                    case $a in
                        -XX:ArchiveClassesAtExit=*)
                            echo "$*" >>"$RECORDINGS"
                            [ -n "$CANNOT_RECORD" ] && exit 1
                            echo classes >"${a#*=}"
                            ;;
                    esac
                done
                """);
        environment.put("RECORDINGS", scratch.resolve("recordings").toString());
        environment.put("CANNOT_RECORD", "");
        script(javaHome.resolve("bin/javac"), "exit 1\n");
        Files.writeString(javaHome.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        environment.put("JAVA_HOME", javaHome.toString());
    }

    private void installed() throws IOException {
        Files.writeString(home.resolve("penstock.jar"), "");
        Files.writeString(home.resolve("penstock-demo.jar"), "");
    }

    private List<String> recordings() throws IOException {
        Path file = scratch.resolve("recordings");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static void age(Path file, long seconds) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
    }

    private Path source(String module) throws IOException {
        Path file = home.resolve(module + "/src/main/java/A.java");
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, "class A {}");
    }

    /** A checkout, and a Maven that makes the two jars. */
    private void checkout() throws IOException {
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        for (String module : List.of("broker", "cluster-tests")) {
            source(module);
            Files.writeString(home.resolve(module + "/pom.xml"), "<project/>");
        }
        script(tools.resolve("mvn"), """
                printf '%s in %s with %s\\n' "$*" "$PWD" "$JAVA_HOME" >>"$MVN_CALLS"
                echo '[INFO] Building Penstock broker 0.1.0                          [2/6]'
                mkdir -p broker/target cluster-tests/target
                : >broker/target/penstock.jar
                : >cluster-tests/target/penstock-demo.jar
                """);
        environment.put("MVN_CALLS", scratch.resolve("mvn-calls").toString());
    }

    private List<String> builds() throws IOException {
        Path calls = scratch.resolve("mvn-calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private Run run(Path program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(scratch.toFile())
                .redirectOutput(scratch.resolve("out").toFile())
                .redirectError(scratch.resolve("err").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(
                process.exitValue(),
                Files.readString(scratch.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(scratch.resolve("err"), StandardCharsets.UTF_8));
    }

    private Run run(String... arguments) throws Exception {
        return run(home.resolve("penstock"), arguments);
    }

    @Test
    void shouldStartANodeWithItsOptions() throws Exception {
        installed();

        Run run = run("start", "--config", "my file.yaml");

        assertThat(run.exitCode()).isZero();
        assertThat(run.javaArguments())
                .contains(
                        "-Xmx384m",
                        "-XX:MaxDirectMemorySize=256m",
                        "-XX:+UseG1GC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dorg.apache.ratis.thirdparty.io.netty.allocator.useCacheForAllThreads=false")
                .doesNotContain("--sun-misc-unsafe-memory-access=allow")
                .endsWith("-jar", home.resolve("penstock.jar").toString(), "start", "--config", "my file.yaml");
    }

    @Test
    void shouldRecordClassesOncePerBuildAndUseThem() throws Exception {
        // given
        installed();
        String archive = home.resolve("penstock-17.jsa").toString();

        // when
        Run first = run("start");
        Run second = run("start");
        Run other = run("status");

        // then
        assertThat(recordings()).hasSize(1).first().asString().contains("-jar").endsWith("rehearse");
        assertThat(first.err()).contains("recording classes");
        assertThat(second.err()).isEmpty();
        assertThat(first.javaArguments()).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(second.javaArguments()).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(other.javaArguments()).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(run("demo").javaArguments()).doesNotContain("-XX:SharedArchiveFile=" + archive);
        assertThat(recordings()).hasSize(1);

        // when: a library is newer than the record, which the JVM would refuse
        Files.createDirectories(home.resolve("lib"));
        Files.writeString(home.resolve("lib/penstock-storage.jar"), "");
        age(Path.of(archive), 60);

        // then: a command of seconds does without, a node records anew
        assertThat(run("status").javaArguments()).doesNotContain("-XX:SharedArchiveFile=" + archive);
        assertThat(run("start").javaArguments()).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(recordings()).hasSize(2);
    }

    @Test
    void shouldStartANodeWithoutARecordIfItCannotBeMade() throws Exception {
        // given
        installed();
        environment.put("CANNOT_RECORD", "yes");

        // when
        Run first = run("start");
        Run second = run("start");

        // then: said once, and not tried at each start
        assertThat(first.exitCode()).isZero();
        assertThat(first.err()).contains("the recording failed");
        assertThat(first.javaArguments()).noneMatch(argument -> argument.startsWith("-XX:SharedArchiveFile"));
        assertThat(second.err()).isEmpty();
        assertThat(recordings()).hasSize(1);
    }

    @Test
    void shouldTellNewerJavasWhatTheyWantToBeTold() throws Exception {
        installed();
        java("25.0.1");

        assertThat(run("start").javaArguments()).contains("--sun-misc-unsafe-memory-access=allow");
    }

    @Test
    void shouldRunDemoAndBenchFromTheirOwnJar() throws Exception {
        installed();

        assertThat(run("demo", "--json").javaArguments())
                .endsWith("-jar", home.resolve("penstock-demo.jar").toString(), "demo", "--json");
        assertThat(run("bench", "ingest").javaArguments())
                .contains(home.resolve("penstock-demo.jar").toString());
        assertThat(run("status").javaArguments())
                .contains(
                        "-XX:TieredStopAtLevel=1", home.resolve("penstock.jar").toString());
        assertThat(run().javaArguments()).endsWith(home.resolve("penstock.jar").toString());
    }

    @Test
    void shouldLetTheUserOverrideOptions() throws Exception {
        installed();
        environment.put("PENSTOCK_JAVA_OPTS", "-Xmx2g -XX:+UseZGC");

        List<String> arguments = run("start").javaArguments();

        assertThat(arguments).doesNotContain("-XX:+UseG1GC").contains("-XX:+UseZGC");
        assertThat(arguments.indexOf("-Xmx2g")).isGreaterThan(arguments.indexOf("-Xmx384m"));
    }

    @Test
    void shouldFindItselfThroughLinks() throws Exception {
        installed();
        Path direct = Files.createSymbolicLink(scratch.resolve("direct link"), home.resolve("penstock"));
        Path relative = Files.createSymbolicLink(tools.resolve("pen"), Path.of("..", "direct link"));
        String jar = home.resolve("penstock.jar").toString();

        assertThat(run(direct, "status").javaArguments()).contains(jar);
        assertThat(run(relative, "status").javaArguments()).contains(jar);
        assertThat(run(Path.of("/bin/sh"), "-c", "pen status").javaArguments()).contains(jar);
    }

    @Test
    void shouldBuildOnFirstUseOnlyAndKeepStandardOutputClean() throws Exception {
        // given
        checkout();

        // when
        Run first = run("status");
        Run second = run("status");

        // then
        assertThat(first.exitCode()).isZero();
        assertThat(first.err())
                .contains("building for the first time")
                .contains("building 2 of 6: Penstock broker")
                .contains("built in");
        assertThat(first.javaArguments().get(first.javaArguments().size() - 1)).isEqualTo("status");
        assertThat(first.out()).doesNotContain("Building");
        assertThat(second.err()).isEmpty();
        assertThat(builds())
                .containsExactly("-B -DskipTests -Dcyclonedx.skip package in " + home.toRealPath() + " with "
                        + environment.get("JAVA_HOME"));
        assertThat(home.resolve("target/launcher-lock")).doesNotExist();
    }

    @Test
    void shouldBuildAgainWhenASourceIsNewer() throws Exception {
        // given
        checkout();
        run("status");

        // when
        Path source = source("broker");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        Run changed = run("status");

        // then
        assertThat(changed.err()).contains("building what has changed");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void shouldNotBuildIfToldSo() throws Exception {
        checkout();
        environment.put("PENSTOCK_NO_BUILD", "1");

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("penstock.jar is missing").contains("PENSTOCK_NO_BUILD");
        assertThat(builds()).isEmpty();
    }

    @Test
    void shouldShowWhyABuildFailed() throws Exception {
        // given
        checkout();
        script(tools.resolve("mvn"), "echo '[ERROR] cannot find symbol'; exit 1\n");

        // when
        Run run = run("status");

        // then
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("[ERROR] cannot find symbol")
                .contains("the build failed; nothing was started")
                .contains("launcher-build.log");
        assertThat(home.resolve("target/launcher-lock")).doesNotExist();
    }

    @Test
    void shouldTakeOverTheLockOfADeadBuild() throws Exception {
        // given: a process id that is no more
        checkout();
        Process gone = new ProcessBuilder("/bin/true").start();
        gone.waitFor();
        Files.createDirectories(home.resolve("target/launcher-lock"));
        Files.writeString(home.resolve("target/launcher-lock/pid"), Long.toString(gone.pid()));

        // then
        assertThat(run("status").exitCode()).isZero();
        assertThat(builds()).hasSize(1);
    }

    @Test
    void shouldSayHowToInstallWhatIsMissing() throws Exception {
        // given
        checkout();
        Files.delete(tools.resolve("mvn"));
        // A path with a shell and its tools, but neither Maven nor Java.
        Path few = Files.createDirectories(scratch.resolve("few"));
        for (String tool :
                List.of("sh", "sed", "dirname", "readlink", "find", "head", "cat", "mkdir", "rm", "sleep", "date")) {
            script(few.resolve(tool), "PATH=/usr/bin:/bin; exec " + tool + " \"$@\"\n");
        }
        environment.put("PATH", few.toString());

        // then
        assertThat(run("status")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("Maven is needed").contains("sudo apt-get install maven");
        });
    }

    @Test
    void shouldNotTakeAnOldJava() throws Exception {
        // given
        installed();
        java("11.0.2");

        // when: whatever this machine has besides, it is not the 11
        Run run = run("status");

        // then
        assertThat(run.out()).doesNotContain("jdk-11");
        assertThat(run.javaArguments()).doesNotContain("-XX:TieredStopAtLevel=1");
    }
}
