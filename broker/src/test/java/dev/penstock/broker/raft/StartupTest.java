package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.raft.StartRefused.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupTest {
    private static final Set<String> NODES = Set.of("n1", "n2", "n3");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private static PeerProbe nobody() {
        return peer -> CompletableFuture.failedFuture(new IllegalStateException("nobody there"));
    }

    private static void assertRefused(ThrowingCallable start, Reason reason, String... words) {
        assertThatThrownBy(start).isInstanceOfSatisfying(StartRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.getMessage()).contains(words);
        });
    }

    @Test
    void shouldFormOneClusterOutOfThreeEmptyDirectories() throws Exception {
        // given
        Map<String, Startup> starts = new HashMap<>();
        List<DataDirectory> open = new ArrayList<>();
        for (String node : NODES) {
            DataDirectory directory = DataDirectory.open(root.resolve(node));
            open.add(directory);
            starts.put(node, new Startup(directory, "c1", node, NODES));
        }
        PeerProbe probe = peer -> CompletableFuture.completedFuture(
                Objects.requireNonNull(starts.get(peer)).report());
        // when
        Map<String, CompletableFuture<NodeIdentity>> formed = new HashMap<>();
        starts.forEach((node, start) -> formed.put(node, CompletableFuture.supplyAsync(() -> {
            try {
                return start.establish(probe, false, PATIENCE);
            } catch (StartRefused e) {
                throw new IllegalStateException(e);
            }
        })));
        // then
        List<NodeIdentity> identities =
                formed.values().stream().map(CompletableFuture::join).toList();
        assertThat(identities)
                .extracting(NodeIdentity::founders)
                .containsOnly(identities.get(0).founders());
        assertThat(identities).extracting(NodeIdentity::peerId).doesNotHaveDuplicates();
        assertThat(starts.values()).extracting(s -> s.report().state()).containsOnly(PeerReport.State.FORMED);

        // and it is for good
        open.forEach(DataDirectory::close);
        try (DataDirectory again = DataDirectory.open(root.resolve("n2"))) {
            assertThat(new Startup(again, "c1", "n2", NODES).establish(nobody(), false, Duration.ZERO))
                    .isIn(identities);
        }
    }

    @Test
    void shouldRefuseForeignDirectories() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root.resolve("d"))) {
            // given
            new Startup(directory, "c1", "n1", NODES).establish(nobody(), true, PATIENCE);
            // then
            assertRefused(
                    () -> new Startup(directory, "c2", "n1", NODES).establish(nobody(), false, PATIENCE),
                    Reason.FOREIGN_CLUSTER,
                    "c1",
                    "c2");
            assertRefused(
                    () -> new Startup(directory, "c1", "n2", NODES).establish(nobody(), false, PATIENCE),
                    Reason.FOREIGN_NODE,
                    "n1",
                    "n2");
        }
    }

    @Test
    void shouldGiveUpWhenOthersNeverAnswer() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root.resolve("d"))) {
            assertRefused(
                    () -> new Startup(directory, "c1", "n1", NODES).establish(nobody(), false, Duration.ZERO),
                    Reason.NOT_ANSWERED,
                    "n2",
                    "n3");
            // and the UUID it told the others about stays
            assertThat(directory.formingUuid()).isEqualTo(directory.formingUuid());
        }
    }

    @Test
    void shouldRefuseADirectoryInUse() throws Exception {
        try (DataDirectory held = DataDirectory.open(root.resolve("d"))) {
            assertRefused(() -> DataDirectory.open(held.root()).close(), Reason.IN_USE, "in use");
        }
        DataDirectory.open(root.resolve("d")).close();
    }

    @Test
    void shouldRefuseAnUnwritableDirectory() throws Exception {
        // given: a file stands in the way, which stops root too
        Files.writeString(root.resolve("file"), "x");
        assertRefused(() -> DataDirectory.open(root.resolve("file")).close(), Reason.UNWRITABLE, "write");
        Assumptions.assumeFalse("root".equals(System.getProperty("user.name")), "root may write anywhere");
        Path directory = Files.createDirectory(
                root.resolve("r"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assertRefused(() -> DataDirectory.open(directory).close(), Reason.UNWRITABLE, "write");
    }

    @Test
    void shouldRefuseADamagedIdentity() throws Exception {
        try (DataDirectory directory = DataDirectory.open(root.resolve("d"))) {
            Files.writeString(root.resolve("d").resolve("identity"), "format=1\ncluster=c1\nnode=n1\npeer=???\n");
            assertRefused(directory::identity, Reason.DAMAGED, "identity");
        }
    }
}
