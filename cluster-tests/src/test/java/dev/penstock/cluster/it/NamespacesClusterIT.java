package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.HttpBrokerApi;
import dev.penstock.cluster.load.Tables;
import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.postgres.EmbeddedServer;
import dev.penstock.cluster.process.BrokerProgram;
import dev.penstock.cluster.process.ManagedProcess;
import dev.penstock.cluster.process.Watchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Three machines, as far as the network goes, set up as the README says: init, then start on each. */
class NamespacesClusterIT {
    private static final int HTTP_PORT = 7800;

    private final List<ManagedProcess> nodes = new ArrayList<>();
    private final List<BrokerApi> apis = new ArrayList<>();

    @Test
    void shouldFormAClusterOfThreeMachinesFromWhatInitWrites() throws Exception {
        Assumptions.assumeTrue(Namespaces.arePermitted(), "network namespaces are not permitted here");
        Path directory = Files.createTempDirectory("penstock-it-");
        try (Watchdog watchdog = Watchdog.start();
                Namespaces machines = Namespaces.create(3);
                TestPostgres postgres =
                        TestPostgres.embedded(Map.of("listen_addresses", "127.0.0.1," + machines.bridgeAddress()))) {
            preparePostgres(postgres, machines);
            init(directory, machines, postgres.embedded().port());
            for (int i = 1; i <= 3; i++) {
                start(directory, machines, i, watchdog);
            }
            try {
                assertThatChangesReachEveryMachine(postgres);
                assertThatTheClusterOutlivesItsLeader(postgres);
            } finally {
                for (ManagedProcess node : nodes) {
                    node.stop(Duration.ofSeconds(10));
                }
            }
        } finally {
            Directories.delete(directory);
        }
    }

    private static void preparePostgres(TestPostgres postgres, Namespaces machines) throws Exception {
        EmbeddedServer server = postgres.embedded();
        DemoDatabase.Names names = new DemoDatabase.Names("penstock", "penstock", "penstock");
        List<String> tables = Arrays.stream(Tables.values()).map(Tables::table).toList();
        new DemoDatabase(server, names).prepare("it's a secret", tables, Tables.createStatements());
        Files.writeString(
                server.dataDirectory().resolve("pg_hba.conf"),
                "host all all " + machines.network() + " scram-sha-256\n",
                StandardOpenOption.APPEND);
        postgres.query("select pg_reload_conf()");
    }

    private static void init(Path directory, Namespaces machines, int postgresPort) throws Exception {
        List<String> command = new ArrayList<>(BrokerProgram.command());
        command.addAll(List.of(
                "init",
                "--nodes",
                machines.address(1) + "," + machines.address(2) + "," + machines.address(3),
                "--dir",
                directory.toString(),
                "--database-url",
                "postgresql://penstock:it's%20a%20secret@" + machines.bridgeAddress() + ":" + postgresPort + "/shop"));
        ManagedProcess process = ManagedProcess.start("init", command, directory, directory.resolve("init.log"));
        assertThat(process.awaitExit(Duration.ofSeconds(30))).isTrue();
        assertThat(process.exitCode()).as(process.logTail()).isZero();
    }

    private void start(Path directory, Namespaces machines, int number, Watchdog watchdog) throws Exception {
        // The directory that is for this machine, as an operator would copy it there.
        Path home = directory.resolve(machines.address(number));
        Properties client = new Properties();
        try (java.io.Reader reader = Files.newBufferedReader(directory.resolve("client.env"))) {
            client.load(reader);
        }
        List<String> command = new ArrayList<>(BrokerProgram.command());
        command.addAll(List.of("start", "--config", "penstock.yaml"));
        ManagedProcess process =
                ManagedProcess.start("n" + number, machines.inside(number, command), home, home.resolve("node.log"));
        watchdog.watchNode(process.pid());
        nodes.add(process);
        apis.add(new HttpBrokerApi(
                "http://" + machines.address(number) + ":" + HTTP_PORT, client.getProperty("PENSTOCK_TOKEN")));
    }

    private void assertThatChangesReachEveryMachine(TestPostgres postgres) throws Exception {
        for (int i = 0; i < 3; i++) {
            BrokerApi api = apis.get(i);
            ManagedProcess node = nodes.get(i);
            Awaitility.await(api.url() + " is ready")
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !node.isAlive() || api.health("ready") == 200);
            assertThat(node.isAlive()).as(node.logTail()).isTrue();
        }
        Awaitility.await("changes flow")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> apis.get(0).health("sources") == 200);
        postgres.execute("insert into orders (status) select 'new' from generate_series(1, 500)");
        assertThatAllHold(500);
    }

    private void assertThatAllHold(long end) {
        for (BrokerApi api : apis) {
            Awaitility.await(api.url() + " holds " + end + " events")
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !api.events("main", end - 1, 1, Duration.ofSeconds(1))
                            .events()
                            .isEmpty());
        }
    }

    private void assertThatTheClusterOutlivesItsLeader(TestPostgres postgres) throws Exception {
        String leader = apis.get(0).cluster().leader();
        int index = Integer.parseInt(leader.substring(1)) - 1;
        nodes.get(index).kill();
        apis.remove(index);
        postgres.execute("insert into orders (status) select 'new' from generate_series(1, 500)");
        assertThatAllHold(1_000);
    }
}
