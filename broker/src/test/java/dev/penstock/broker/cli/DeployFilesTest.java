package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The files of deploy/ parse, name files that exist, and run commands that the program knows. */
class DeployFilesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DEPLOY = ROOT.resolve("deploy");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    private static final Pattern PROGRAM_COMMAND =
            Pattern.compile("(?:^|[;'] *|&& *)(?:\\./)?penstock ([a-z][^;'|&#]*)");

    /** Throws if the program would refuse these arguments. */
    private static ParseResult parsed(List<String> arguments) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CommandLine line = PenstockCommand.commandLine(new Surroundings(Map.of(), Path.of("")), nowhere, nowhere);
        return line.parseArgs(arguments.toArray(String[]::new));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+", -1)).toList();
    }

    private static String started(ParseResult result) {
        return result.subcommand().commandSpec().name();
    }

    // ---- systemd

    private static Map<String, Map<String, String>> unit() throws IOException {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        Map<String, String> section = new LinkedHashMap<>();
        for (String line : Files.readAllLines(DEPLOY.resolve("penstock.service"))) {
            if (line.startsWith("[")) {
                section = new LinkedHashMap<>();
                sections.put(line.substring(1, line.length() - 1), section);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                int equals = line.indexOf('=');
                assertThat(equals).as(line).isPositive();
                section.merge(
                        line.substring(0, equals), line.substring(equals + 1), (one, other) -> one + "\n" + other);
            }
        }
        return sections;
    }

    @Test
    void shouldSuperviseANode() throws IOException {
        Map<String, Map<String, String>> unit = unit();

        assertThat(unit.keySet()).containsExactly("Unit", "Service", "Install");
        assertThat(unit.get("Unit")).containsKeys("StartLimitIntervalSec", "StartLimitBurst");
        assertThat(unit.get("Service"))
                .containsEntry("Restart", "on-failure")
                .containsEntry("RestartSec", "2")
                .containsEntry("RestartPreventExitStatus", Integer.toString(ExitCode.USAGE))
                .containsEntry("User", "penstock")
                .containsEntry("StateDirectory", "penstock")
                .containsKeys("TimeoutStopSec", "LimitNOFILE");
        assertThat(unit.get("Install")).containsEntry("WantedBy", "multi-user.target");
    }

    @Test
    void shouldGiveTheServiceNothingThatItDoesNotNeed() throws IOException {
        Map<String, String> service = unit().getOrDefault("Service", Map.of());

        assertThat(service)
                .containsEntry("NoNewPrivileges", "yes")
                .containsEntry("ProtectSystem", "strict")
                .containsEntry("ProtectHome", "yes")
                .containsEntry("PrivateTmp", "yes")
                .containsEntry("CapabilityBoundingSet", "")
                .containsEntry("SystemCallFilter", "@system-service")
                // The JVM could not compile.
                .doesNotContainKey("MemoryDenyWriteExecute");
    }

    @Test
    void shouldStartACommandThatTheProgramKnows() throws IOException {
        Map<String, String> service = unit().getOrDefault("Service", Map.of());
        List<String> command = words(service.getOrDefault("ExecStart", ""));

        assertThat(command.get(0)).isEqualTo("/opt/penstock/penstock");
        assertThat(started(parsed(command.subList(1, command.size())))).isEqualTo("start");
        assertThat(service.get("Environment")).contains("PENSTOCK_NODE__DATA_DIR=/var/lib/penstock");
    }

    // ---- containers

    private static List<String> dockerfile(String instruction) throws IOException {
        String joined = Files.readString(DEPLOY.resolve("Dockerfile")).replaceAll("\\\\\\n", " ");
        return joined.lines()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1).strip())
                .toList();
    }

    private static List<String> jsonWords(String array) {
        return Arrays.stream(array.substring(1, array.length() - 1).split(",", -1))
                .map(word -> word.strip().replace("\"", ""))
                .toList();
    }

    @Test
    void shouldMakeAnImageThatRunsANodeWithoutRights() throws IOException {
        assertThat(dockerfile("USER")).containsExactly("penstock");
        assertThat(dockerfile("ENTRYPOINT")).containsExactly("[\"/opt/penstock/penstock\"]");
        assertThat(started(parsed(jsonWords(dockerfile("CMD").get(0))))).isEqualTo("start");
        assertThat(dockerfile("HEALTHCHECK").get(0)).contains("http://127.0.0.1:7800/health/live");
        assertThat(dockerfile("EXPOSE")).containsExactly("7800 7900");
    }

    @Test
    void shouldCopyWhatTheBuildMakes() throws IOException {
        // given
        String pom = Files.readString(ROOT.resolve("broker/pom.xml"));
        List<String> ignored = Files.readAllLines(DEPLOY.resolve("Dockerfile.dockerignore"));

        // then
        for (String copy : dockerfile("COPY")) {
            String from = words(copy).get(0);
            assertThat(ignored).contains("!" + from);
            if (from.startsWith("broker/target/")) {
                // Perhaps not built yet, but this is how it will be called.
                assertThat(pom).contains(from.endsWith(".jar") ? "<finalName>penstock</finalName>" : "/lib<");
            } else {
                assertThat(ROOT.resolve(from)).exists();
            }
        }
        assertThat(Files.isExecutable(ROOT.resolve("penstock"))).isTrue();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> compose() throws IOException {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        return map(yaml.load(Files.readString(DEPLOY.resolve("compose.yaml"))));
    }

    @Test
    void shouldComposeThreeNodesAndAPostgres() throws IOException {
        // given
        Map<String, Object> services = map(compose().getOrDefault("services", Map.of()));

        // then
        assertThat(services.keySet()).containsExactly("postgres", "init", "n1", "n2", "n3");
        assertThat(services.getOrDefault("postgres", "").toString())
                .contains("wal_level=logical")
                .contains("pg_isready");
        for (String node : List.of("n1", "n2", "n3")) {
            Map<String, Object> service = map(services.getOrDefault(node, Map.of()));
            assertThat(service).containsEntry("image", "penstock").containsEntry("restart", "on-failure");
            List<String> command = strings(service.getOrDefault("command", List.of()));
            assertThat(started(parsed(command))).isEqualTo("start");
            assertThat(command).contains("/etc/penstock/" + node + "/penstock.yaml");
        }
    }

    private static List<String> strings(Object list) {
        return ((List<?>) list).stream().map(Object::toString).toList();
    }

    @Test
    void shouldWriteTheConfigurationsThatTheNodesRead() throws IOException {
        // given: what the service init runs
        Map<String, Object> init =
                map(map(compose().getOrDefault("services", Map.of())).getOrDefault("init", Map.of()));
        String script = strings(init.getOrDefault("command", List.of())).get(0);
        String command = script.substring(script.indexOf("penstock init") + "penstock ".length());

        // then
        ParseResult parsed = parsed(words(command));
        assertThat(started(parsed)).isEqualTo("init");
        assertThat(parsed.subcommand().matchedOption("--nodes").typedValues().toString())
                .contains("n1", "n2", "n3");
        ClusterPlan plan = ClusterPlan.create(
                NodeAddresses.of(List.of("n1", "n2", "n3")),
                "",
                PlannedSource.of("postgresql://penstock@postgres:5432/shop", List.of()),
                new SecureRandom());
        assertThat(plan.files().keySet())
                .containsExactly("n1/penstock.yaml", "n2/penstock.yaml", "n3/penstock.yaml", "client.env");
    }

    @Test
    void shouldDeclareEveryVolumeAndMountFilesThatExist() throws IOException {
        Map<String, Object> compose = compose();
        Map<String, Object> declared = map(compose.getOrDefault("volumes", Map.of()));

        map(compose.getOrDefault("services", Map.of())).forEach((name, service) -> {
            for (String volume : strings(map(service).getOrDefault("volumes", List.of()))) {
                String from = volume.substring(0, volume.indexOf(':'));
                if (from.startsWith(".")) {
                    assertThat(DEPLOY.resolve(from)).as(name).exists();
                } else {
                    assertThat(declared).as(name).containsKey(from);
                }
            }
        });
        assertThat(Files.isExecutable(DEPLOY.resolve("postgres/init.sh"))).isTrue();
    }

    // ---- the page

    @ParameterizedTest
    @ValueSource(strings = {"docs/deploy.md"})
    void shouldLinkToFilesThatExist(String page) throws IOException {
        Path file = ROOT.resolve(page);
        Matcher links = LINK.matcher(Files.readString(file));
        while (links.find()) {
            assertThat(file.resolveSibling(links.group(1)).normalize()).exists();
        }
    }

    @Test
    void shouldShowCommandsThatTheProgramKnows() {
        List<String> lines = Stream.of(ROOT.resolve("docs/deploy.md"), DEPLOY.resolve("compose.yaml"))
                .flatMap(file -> linesOf(file).stream())
                .toList();
        List<String> commands = lines.stream()
                .map(PROGRAM_COMMAND::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
        assertThat(commands)
                .hasSizeGreaterThan(4)
                .allSatisfy(
                        command -> assertThat(started(parsed(words(command)))).isNotEmpty());
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
