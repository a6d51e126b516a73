package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

    private static final String TEN_PROBLEMS = """
            cluster: { id: c1, secret: { value: 0123456789abcdef0123456789abcdef } }
            node: { id: n9, data_dirr: data, data_dir: data }
            http:
              bind: 7800
            raft:
              bind: 0.0.0.0:7900
            peers:
              - { id: n1, http: "a:7800", raft: "a:7900" }
              - { id: n2, http: "b:7800", raft: "a:7900" }
            source:
              url: postgresql://penstock:hunter2@db/shop
              password: hunter3
            keys:
              - { id: app, secret: short, scopes: [admin, root] }
            limits:
              body: 2 megabytes
              header_time: 5
            max_connections: 7
            """;

    @TempDir
    Path directory;

    @Test
    void shouldReportAllProblemsAtOnce() {
        assertThat(SettingsFile.problems(directory, TEN_PROBLEMS))
                .containsExactly(
                        "2 node.data_dirr: unknown key; did you mean node.data_dir?",
                        "2 node.id: expected one of peers (n1, n2), but got 'n9'",
                        "4 http.bind: expected host:port, such as 127.0.0.1:7800 or [::1]:7800, but got '7800'",
                        "6 raft.bind: 0.0.0.0:7900 can be reached from other machines, and without TLS keys and rows"
                                + " would travel in the clear; bind to 127.0.0.1, or set 'insecure: true' if you trust"
                                + " that network (the Raft port is never encrypted)",
                        "7 peers: expected an odd number of nodes up to 7, usually 3, but got 2; two nodes stop as soon as"
                                + " one of them does",
                        "9 peers[1].raft: expected another value than peers[0].raft, but both are 'a:7900'",
                        "11 source.url: expected postgresql://user@host:port/database, but it holds a password; move that"
                                + " to 'password: {env: NAME}'",
                        "12 source.password: expected {env: NAME} or {file: PATH}, as this secret does not stand in the"
                                + " file",
                        "14 keys[0].scopes[1]: expected admin, monitor, consume, read, send, or"
                                + " one of the last three with a pattern of names such as consume:orders-*, but got 'root'",
                        "14 keys[0].secret: expected 16 to 256 printable characters without spaces, but the secret (in the"
                                + " configuration file) is not of that form",
                        "16 limits.body: expected a size from 64KiB to 64MiB, such as 256KiB or 2GiB, but got"
                                + " '2 megabytes'",
                        "17 limits.header_time: expected a duration from 100ms to 5m, such as 30s, 5m or PT1H, but got"
                                + " '5'",
                        "18 max_connections: unknown key; did you mean limits.connections?");
    }

    @Test
    void shouldNeverEchoASecret() {
        assertThat(SettingsFile.problems(directory, TEN_PROBLEMS).toString())
                .doesNotContain("hunter2")
                .doesNotContain("hunter3")
                .doesNotContain("short");
        assertThat(SettingsFile.load(directory, SettingsFile.MINIMAL).toString())
                .doesNotContain(SettingsFile.SECRET.substring(0, 16));
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(SettingsFile.problems(directory, "node: { id: n1 }\n"))
                .containsExactlyInAnyOrder(
                        "1 cluster.id: required, but missing; expected 1 to 63 letters, digits or hyphens",
                        "1 cluster.secret: required, but missing; expected {env: NAME}, {file: PATH} or {value: TEXT}",
                        "1 node.data_dir: required, but missing; expected a path",
                        "1 keys: expected at least one key, as without one nobody can ask this node anything; but got none");
    }

    @Test
    void shouldFindAKeyThatIsInTheWrongSection() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "data_dir: x\n"))
                .containsExactly("5 data_dir: unknown key; did you mean node.data_dir?");
    }

    @Test
    void shouldListTheKeysWhereNoneIsNear() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "http: { xyzzy: 1 }\n"))
                .containsExactly("5 http.xyzzy: unknown key; expected one of advertise, bind, tls");
    }

    @Test
    void shouldFindTheNearestKeyOfAListMember() {
        assertThat(SettingsFile.problems(
                        directory, SettingsFile.MINIMAL + "peers: [{ id: n1, htpt: 'a:1', raft: 'a:2' }]\n"))
                .contains("5 peers[0].htpt: unknown key; did you mean peers[].http?");
    }

    @Test
    void shouldNameTheLineOfASyntaxError() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "http:\n  bind: x\n bind: secret-text\n"))
                .singleElement()
                .asString()
                .startsWith("7 : not valid YAML: ")
                .doesNotContain("secret-text");
    }

    @Test
    void shouldReportAKeyWrittenTwice() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "insecure: true\ninsecure: false\n"))
                .containsExactly("6 insecure: written twice, first in line 5; remove one of the two");
    }

    @Test
    void shouldRefuseAliasesAndFurtherDocuments() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "log: { level: &a info, file: *a }\n"))
                .containsExactly("5 log.file: expected a value, but got a YAML alias (*name); write the value itself");
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "---\nhttp: {}\n"))
                .containsExactly("6 : expected one document, but a second one begins here; remove it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n"})
    void shouldReportWhatIsMissingInAnEmptyFile(String text) {
        assertThat(SettingsFile.problems(directory, text))
                .hasSize(5)
                .allMatch(problem -> problem.contains("required") || problem.contains("at least one key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"just a text\n", "- a\n- list\n", "[", "{{{", "\t", "a: b: c"})
    void shouldRefuseWhatIsNotSections(String text) {
        assertThat(SettingsFile.problems(directory, text)).hasSize(1);
    }

    @Test
    void shouldTakeAnEmptySectionAsDefaults() {
        assertThat(SettingsFile.load(directory, SettingsFile.MINIMAL + "http:\nlimits:\npeers:\nsource:\n")
                        .source())
                .isEmpty();
    }

    @Test
    void shouldSayHowToTakeTheDefaultOfAnEmptyValue() {
        assertThat(SettingsFile.problems(directory, SettingsFile.MINIMAL + "storage: { block_cache: }\n"))
                .containsExactly(
                        "5 storage.block_cache: expected a size from 8MiB to 64GiB, such as 256KiB or 2GiB, but"
                                + " got nothing; remove the key to take the default 64MiB");
    }

    @Test
    void shouldSayWhereAListOrSectionIsExpected() {
        assertThat(SettingsFile.problems(
                        directory, SettingsFile.MINIMAL + "peers: n1\nhttp: 127.0.0.1:1\nlog: { level: [info] }\n"))
                .containsExactly(
                        "5 peers: expected a list, but got a single value; begin each entry with '- '",
                        "6 http: expected a section with keys of its own, but got a single value",
                        "7 log.level: expected one of error, warn, info, debug, trace, but got a list");
    }

    @Test
    void shouldRefuseAMissingFileADirectoryAndForeignBytes() throws IOException {
        assertThat(problemOf(directory.resolve("none.yaml")))
                .contains("no such file")
                .contains("penstock init");
        assertThat(problemOf(directory)).contains("it is a directory");
        Path binary = Files.write(directory.resolve("b.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(problemOf(binary)).contains("UTF-8");
        Path large = Files.write(directory.resolve("l.yaml"), new byte[(1 << 20) + 1]);
        assertThat(problemOf(large)).contains("at most 1048576 bytes");
    }

    private static String problemOf(Path file) {
        try {
            ConfigLoader.load(file, Map.of());
            return "";
        } catch (ConfigRefused e) {
            assertThat(e.problems()).hasSize(1);
            return e.problems().get(0).toString();
        }
    }

    @Test
    void shouldLetTheEnvironmentOverrideSingleValues() {
        // when
        NodeConfig config = SettingsFile.load(
                directory,
                SettingsFile.MINIMAL,
                Map.of(
                        "PENSTOCK_NODE__DATA_DIR", "/var/lib/penstock",
                        "PENSTOCK_LIMITS__BODY", "1MiB",
                        "PENSTOCK_CLUSTER__SECRET", "fedcba9876543210fedcba9876543210",
                        "PENSTOCK_URL", "http://ignored"));

        // then
        assertThat(config.node().dataDir()).isEqualTo(Path.of("/var/lib/penstock"));
        assertThat(config.limits().bodyBytes()).isEqualTo(1 << 20);
        assertThat(config.cluster().secret().reveal()).isEqualTo("fedcba9876543210fedcba9876543210");
        assertThat(config.cluster().secret()).hasToString("env:PENSTOCK_CLUSTER__SECRET");
    }

    @Test
    void shouldReportAWrongOverrideByItsVariable() {
        try {
            ConfigLoader.load(
                    SettingsFile.write(directory, SettingsFile.MINIMAL),
                    Map.of("PENSTOCK_HTTP__BNID", "x", "PENSTOCK_HTTP__BIND", "y", "PENSTOCK_KEYS__ID", "z"));
        } catch (ConfigRefused e) {
            assertThat(e.problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "PENSTOCK_HTTP__BIND: http.bind: expected host:port, such as 127.0.0.1:7800 or [::1]:7800,"
                                    + " but got 'y'",
                            "PENSTOCK_HTTP__BNID: http.bnid: unknown key; did you mean http.bind?",
                            "PENSTOCK_KEYS__ID: keys.id: expected the name of a key in a section, but the file has a list"
                                    + " at keys");
            return;
        }
        throw new AssertionError("expected problems");
    }

    @Test
    void shouldWarnOfAWorldReadableFileWithSecrets() throws Exception {
        // given
        Path file = SettingsFile.write(directory, SettingsFile.MINIMAL);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        // when
        List<String> warnings = ConfigLoader.load(file, Map.of()).warnings();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        List<String> warningsAfter = ConfigLoader.load(file, Map.of()).warnings();

        // then
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("can be read by every user")
                .contains("chmod 600");
        assertThat(warningsAfter).isEmpty();
    }

    @Test
    void shouldWarnIfOthersAreToldOfAPortThatOnlyThisMachineReaches() throws Exception {
        // given
        Path file = SettingsFile.write(
                directory,
                SettingsFile.MINIMAL + "peers: [{ id: n1, http: 'a.example:7800', raft: '127.0.0.1:7900' }]\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        // then
        assertThat(ConfigLoader.load(file, Map.of()).warnings())
                .singleElement()
                .asString()
                .contains("a.example:7800")
                .contains("0.0.0.0:7800");
    }
}
