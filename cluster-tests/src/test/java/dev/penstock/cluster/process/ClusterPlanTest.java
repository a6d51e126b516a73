package dev.penstock.cluster.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterPlanTest {
    @TempDir
    Path directory;

    @Test
    void shouldWriteOneFileForEachNode() throws IOException {
        List<NodeSpec> nodes = ClusterPlan.threeNodes(directory, 7801, List.of("java", "-jar", "penstock.jar"));
        ClusterPlan.Source source =
                new ClusterPlan.Source("main", "postgresql://penstock@127.0.0.1:7832/shop", "it's", "slot", "pub");
        ClusterPlan.Key key = new ClusterPlan.Key("DEMO1", "secret");

        new ClusterPlan("demo", "s3cret", "m4ster", source, key, nodes, List.of("storage:", "  snapshot_bytes: 1MiB"))
                .write();

        NodeSpec second = nodes.get(1);
        assertThat(second.http()).isEqualTo("http://127.0.0.1:7802");
        assertThat(second.raftPort()).isEqualTo(7902);
        assertThat(second.command())
                .containsExactly(
                        "java",
                        "-jar",
                        "penstock.jar",
                        "start",
                        "--config",
                        second.config().toString());
        assertThat(second.config())
                .content()
                .contains("node:\n  data_dir: '" + second.dataDirectory() + "'\n  id: 'n2'\n")
                .contains("- {id: 'n3', http: '127.0.0.1:7803', raft: '127.0.0.1:7903'}")
                .contains("password: {file: 'password'}")
                .contains("scopes: [admin]")
                .endsWith("  snapshot_bytes: 1MiB\n");
        assertThat(second.directory().resolve("password")).hasContent("it's\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second.config())))
                .isEqualTo("rw-------");
        assertThat(key.token()).isEqualTo("DEMO1.secret");
    }
}
