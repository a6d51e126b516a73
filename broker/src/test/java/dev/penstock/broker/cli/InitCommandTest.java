package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.config.Address;
import dev.penstock.broker.config.ConfigLoader;
import dev.penstock.broker.config.NodeConfig;
import dev.penstock.broker.config.PeerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitCommandTest {

    private static final Map<String, String> PASSWORD = Map.of("PENSTOCK_DB_PASSWORD", "x");

    @TempDir
    Path directory;

    private CliRun init(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("init", "--dir", directory.resolve("c").toString()));
        all.addAll(List.of(arguments));
        return CliRun.of(directory, all.toArray(String[]::new));
    }

    private List<NodeConfig> load(String... nodes) throws Exception {
        List<NodeConfig> configs = new ArrayList<>();
        for (String node : nodes) {
            ConfigLoader.Loaded loaded = ConfigLoader.load(directory.resolve("c/" + node + "/penstock.yaml"), PASSWORD);
            assertThat(loaded.warnings()).isEmpty();
            configs.add(loaded.config());
        }
        return configs;
    }

    @Test
    void shouldWriteThreeConfigurationsThatLoad() throws Exception {
        // when
        CliRun run = init(
                "--nodes", "a.example,b.example,10.0.0.3",
                "--database-url", "postgresql://reader@db.example/shop?sslmode=require",
                "--table", "public.orders,public.items");

        // then
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(4).first().asString().endsWith("c/a.example/penstock.yaml");
        List<NodeConfig> configs = load("a.example", "b.example", "10.0.0.3");
        NodeConfig second = configs.get(1);
        assertThat(second.node().id()).isEqualTo("n2");
        assertThat(second.node().dataDir()).isEqualTo(directory.resolve("c/b.example/data"));
        assertThat(second.http().bind()).isEqualTo(new Address("0.0.0.0", 7800));
        assertThat(second.raft().bind()).isEqualTo(new Address("0.0.0.0", 7900));
        assertThat(second.insecure()).isTrue();
        assertThat(second.peers())
                .containsExactly(
                        new PeerSettings("n1", new Address("a.example", 7800), new Address("a.example", 7900)),
                        new PeerSettings("n2", new Address("b.example", 7800), new Address("b.example", 7900)),
                        new PeerSettings("n3", new Address("10.0.0.3", 7800), new Address("10.0.0.3", 7900)));
        assertThat(second.source().orElseThrow().url().jdbcUrl())
                .isEqualTo("jdbc:postgresql://db.example:5432/shop?sslmode=require");
        assertThat(second.source().orElseThrow().tables()).containsExactly("public.orders", "public.items");
        assertThat(second.keys())
                .singleElement()
                .satisfies(key -> assertThat(key.scopes()).containsExactly("admin"));
        assertThat(configs).extracting(NodeConfig::cluster).containsOnly(second.cluster());
        assertThat(configs).extracting(NodeConfig::keys).containsOnly(second.keys());
        assertThat(configs).extracting(NodeConfig::source).containsOnly(second.source());
    }

    @Test
    void shouldKeepSecretsOutOfSightAndToTheOwner() throws Exception {
        // when
        CliRun run = init("--nodes", "a,b,c", "--database-url", "postgresql://p:hunt%40er-two-2@db/shop");

        // then
        NodeConfig config = load("a").get(0);
        String secret = config.cluster().secret().reveal();
        String key = config.keys().get(0).secret().reveal();
        assertThat(secret).hasSizeGreaterThanOrEqualTo(43).isNotEqualTo(key);
        assertThat(run.out() + run.err())
                .doesNotContain(secret)
                .doesNotContain(key)
                .doesNotContain("er-two-2");
        assertThat(Files.readString(directory.resolve("c/a/penstock.yaml"))).doesNotContain("er-two-2");
        assertThat(config.source().orElseThrow().password().orElseThrow().reveal())
                .isEqualTo("hunt@er-two-2");
        try (Stream<Path> files = Files.walk(directory.resolve("c")).filter(Files::isRegularFile)) {
            assertThat(files)
                    .hasSize(7)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void shouldMakeOtherSecretsEachTime() throws Exception {
        init("--nodes", "a");
        String first = load("a").get(0).cluster().secret().reveal();
        try (Stream<Path> files = Files.walk(directory.resolve("c")).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        init("--nodes", "a");

        assertThat(load("a").get(0).cluster().secret().reveal()).isNotEqualTo(first);
    }

    @Test
    void shouldGiveNodesOfOneMachinePortsOfTheirOwn() throws Exception {
        // when
        CliRun run = init("--nodes", "localhost,localhost,localhost");

        // then
        List<NodeConfig> configs = load("n1", "n2", "n3");
        assertThat(configs).extracting(config -> config.http().bind().port()).containsExactly(7800, 7801, 7802);
        assertThat(configs).extracting(config -> config.raft().bind().port()).containsExactly(7900, 7901, 7902);
        assertThat(configs).extracting(NodeConfig::insecure).containsOnly(false);
        assertThat(configs).extracting(NodeConfig::source).allMatch(java.util.Optional::isEmpty);
        assertThat(run.err()).contains("./penstock start --config").contains("fill in 'source'");
    }

    @Test
    void shouldTakePortsAndIpv6AndADataDirectory() throws Exception {
        init("--nodes", "127.0.0.1:7801,127.0.0.1:7802,[::1]:7801", "--data-dir", "/var/lib/penstock");

        List<NodeConfig> configs = load("n1", "n2", "n3");
        assertThat(configs.get(1).self().raft()).isEqualTo(new Address("127.0.0.1", 7902));
        assertThat(configs.get(2).self().http()).isEqualTo(new Address("::1", 7801));
        assertThat(configs.get(0).node().dataDir()).isEqualTo(Path.of("/var/lib/penstock"));
    }

    @Test
    void shouldWriteWhatTheClientCommandsNeed() throws Exception {
        init("--nodes", "a,b,c");

        String token = load("a").get(0).keys().get(0).id() + "."
                + load("a").get(0).keys().get(0).secret().reveal();
        assertThat(Files.readAllLines(directory.resolve("c/client.env")))
                .contains("PENSTOCK_URL=http://a:7800,http://b:7800,http://c:7800", "PENSTOCK_TOKEN=" + token);
    }

    @Test
    void shouldOverwriteNothing() throws IOException {
        // given
        Files.createDirectories(directory.resolve("c/b"));
        Files.writeString(directory.resolve("c/b/penstock.yaml"), "mine");

        // when
        CliRun run = init("--nodes", "a,b,c");

        // then
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("c/b/penstock.yaml exists").contains("nothing was written");
        assertThat(directory.resolve("c/a")).doesNotExist();
        assertThat(directory.resolve("c/b/penstock.yaml")).hasContent("mine");
    }

    @Test
    void shouldSayThatItCannotWrite() throws IOException {
        Files.writeString(directory.resolve("c"), "a file");

        assertThat(init("--nodes", "a")).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("cannot write to").contains("--dir");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b",
                "a,b,c,d,e,f,g,h,i",
                "a,,c",
                "a:x",
                "http://a,b,c",
                "0.0.0.0",
                "a:1,a:1,b",
                "a:7800,a:7900,b",
                "a:70000"
            })
    void shouldRefuseOtherNodes(String nodes) {
        CliRun run = init("--nodes", nodes);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("penstock: expected");
        assertThat(directory.resolve("c")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://a@b/c", "postgresql://h/d", "postgresql://u:hunter2@/d", "postgresql://u:%zz@h/d"})
    void shouldRefuseOtherDatabaseUrls(String url) {
        CliRun run = init("--nodes", "a", "--database-url", url);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("penstock: ").doesNotContain("hunter2");
        assertThat(directory.resolve("c")).doesNotExist();
    }

    @Test
    void shouldRefuseTablesWithoutSchema() {
        assertThat(init("--nodes", "a", "--database-url", "postgresql://u@h/d", "--table", "orders")
                        .err())
                .contains("expected schema.table")
                .contains("'orders'");
    }
}
