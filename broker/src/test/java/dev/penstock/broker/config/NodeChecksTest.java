package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeChecksTest {

    @TempDir
    Path directory;

    private List<String> problems(String more) {
        return SettingsFile.problems(directory, SettingsFile.MINIMAL + more);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0:7800", "'[::]:7800'", "10.0.0.1:7800", "n1.example:7800", "'*:7800'", "128.0.0.1:7800"})
    void shouldRefuseAnOpenPortUnlessInsecure(String bind) {
        String http = "http: { bind: " + bind + ", advertise: 'n1.example:7800' }\n";

        assertThat(problems(http)).singleElement().asString().contains("insecure: true");
        assertThat(problems(http + "insecure: true\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7800", "127.8.9.1:7800", "localhost:7800", "'[::1]:7800'"})
    void shouldAllowALoopbackPort(String bind) {
        assertThat(problems("http: { bind: " + bind + " }\n")).isEmpty();
    }

    @Test
    void shouldWantAnAdvertisedAddressForAllInterfaces() {
        assertThat(problems("http: { bind: '0.0.0.0:7800' }\ninsecure: true\n"))
                .singleElement()
                .asString()
                .contains("http.advertise: required");
        assertThat(problems("http: { bind: '0.0.0.0:7800', advertise: '0.0.0.0:7800' }\ninsecure: true\n"))
                .singleElement()
                .asString()
                .contains("stands for all interfaces");
    }

    @Test
    void shouldRefuseAnAdvertisedAddressThatPeersContradicts() {
        assertThat(problems("http: { advertise: 'b:1' }\npeers: [{ id: n1, http: 'a:1', raft: 'a:2' }]\n"))
                .singleElement()
                .asString()
                .contains("http.advertise: expected the address that peers gives this node, a:1, but got b:1");
    }

    @Test
    void shouldRefuseTheSamePortTwice() {
        assertThat(problems("raft: { bind: '127.0.0.1:7800' }\n"))
                .singleElement()
                .asString()
                .contains("another port");
    }

    @Test
    void shouldRefuseAnEvenNumberOfPeersAndTheSameIdTwice() {
        assertThat(problems(
                        "peers:\n - { id: n1, http: 'a:1', raft: 'a:2' }\n - { id: n1, http: 'b:1', raft: 'b:2' }\n"))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("odd number"))
                .anyMatch(problem -> problem.contains("peers[1].id: expected another value than peers[0].id"));
    }

    @Test
    void shouldRefuseTheSameKeyTwiceAndOneWithoutScopes() {
        String keys = """
                cluster: { id: c1, secret: { value: 0123456789abcdef0123456789abcdef } }
                node: { id: n1, data_dir: data }
                keys:
                  - { id: app, secret: 0123456789abcdef, scopes: [admin] }
                  - { id: app, secret: 0123456789abcdef }
                """;
        assertThat(SettingsFile.problems(directory, keys))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("keys[1].id"))
                .anyMatch(problem -> problem.contains("keys[1].scopes: expected at least one scope"));
    }

    @Test
    void shouldRefuseLimitsThatContradictEachOther() {
        assertThat(problems("""
                        timeouts: { election_min: 2s, election_max: 2s }
                        limits: { connections: 100, connections_per_address: 101, body: 9MiB }
                        """))
                .containsExactly(
                        "5 timeouts.election_min: expected less than timeouts.election_max, but it is not",
                        "6 limits.connections_per_address: expected no more than limits.connections, but it is not",
                        "6 limits.body: expected no more than limits.batch_body, but it is not");
    }

    @Test
    void shouldLetOthersReachAnHttpPortWithTls() {
        String tls =
                "http: { bind: '0.0.0.0:7800', advertise: 'a.example:7800', tls: { certificate_file: c.pem, key_file: k.pem } }\n";

        assertThat(problems(tls)).isEmpty();
        assertThat(problems(tls + "raft: { bind: '0.0.0.0:7900', advertise: 'a.example:7900' }\n"))
                .singleElement()
                .asString()
                .contains("raft.bind", "the Raft port is never encrypted");
        assertThat(problems("http: { tls: { certificate_file: c.pem } }\n"))
                .singleElement()
                .asString()
                .contains("http.tls.key_file: required");
    }

    @Test
    void shouldRefuseAWeakMasterKey() {
        String weak = SettingsFile.MINIMAL.replace("id: c1,", "id: c1, master_key: hunter2,");
        assertThat(SettingsFile.problems(directory, weak))
                .singleElement()
                .asString()
                .contains("cluster.master_key", "32 to 256 printable")
                .doesNotContain("hunter2");
    }

    @Test
    void shouldRefuseAWeakClusterSecret() {
        String weak = SettingsFile.MINIMAL.replace("0123456789abcdef0123456789abcdef", "weak");
        assertThat(SettingsFile.problems(directory, weak))
                .singleElement()
                .asString()
                .contains("32 to 256 printable");
    }
}
