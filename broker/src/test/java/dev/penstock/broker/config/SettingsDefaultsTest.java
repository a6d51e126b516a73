package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins every default: a changed one must be changed here too, on purpose. */
class SettingsDefaultsTest {

    @TempDir
    Path directory;

    private NodeConfig config;

    @BeforeEach
    void load() {
        config = SettingsFile.load(directory, SettingsFile.MINIMAL);
    }

    @Test
    void shouldDefaultHttp() {
        assertThat(config.http())
                .isEqualTo(new HttpSettings(new Address("127.0.0.1", 7800), Optional.empty(), Optional.empty()));
    }

    @Test
    void shouldDefaultRaft() {
        assertThat(config.raft()).isEqualTo(new RaftSettings(new Address("127.0.0.1", 7900), Optional.empty()));
    }

    @Test
    void shouldBeItsOwnOnlyPeer() {
        PeerSettings self = new PeerSettings("n1", new Address("127.0.0.1", 7800), new Address("127.0.0.1", 7900));
        assertThat(config.peers()).containsExactly(self);
        assertThat(config.self()).isEqualTo(self);
    }

    @Test
    void shouldHaveNoSource() {
        assertThat(config.source()).isEmpty();
    }

    @Test
    void shouldDefaultSource() {
        NodeConfig withSource = SettingsFile.load(
                directory, SettingsFile.MINIMAL + "source: { url: 'postgresql://penstock@db/shop' }\n");

        assertThat(withSource.source())
                .contains(new SourceSettings(
                        "main",
                        new DatabaseUrl("penstock", "db", 5432, "shop", List.of()),
                        Optional.empty(),
                        "penstock",
                        "penstock",
                        List.of(),
                        15_000));
    }

    @Test
    void shouldDefaultMetrics() {
        assertThat(config.metrics()).isEqualTo(new MetricsSettings(false));
    }

    @Test
    void shouldDefaultLimits() {
        assertThat(config.limits())
                .isEqualTo(new LimitSettings(
                        2_000, 200, 16 << 10, 2 << 20, 8 << 20, 5_000, 15_000, 60_000, 30_000, 120_000, 0));
    }

    @Test
    void shouldDefaultStorage() {
        assertThat(config.storage())
                .isEqualTo(new StorageSettings(64 << 20, 64 << 20, 256 << 20, 300_000, 1 << 30, 1 << 30));
    }

    @Test
    void shouldDefaultTimeouts() {
        assertThat(config.timeouts()).isEqualTo(new TimeoutSettings(400, 800, 2_000, 5_000, 10_000));
    }

    @Test
    void shouldDefaultLog() {
        assertThat(config.log()).isEqualTo(new LogSettings(LogSettings.Level.INFO, Optional.empty(), 32 << 20, 8));
    }

    @Test
    void shouldBeSecure() {
        assertThat(config.insecure()).isFalse();
    }
}
