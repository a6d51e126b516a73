package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.raft.RaftConfig.Peer;
import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.RaftConfig.Timeouts;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.Test;

class RatisSettingsTest {
    private static final RaftConfig CONFIG = new RaftConfig(
            "c1",
            "n1",
            "127.0.0.1",
            7900,
            Map.of("n1", new Peer("127.0.0.1:7900", "127.0.0.1:7800")),
            Timeouts.defaults(),
            SnapshotLimits.defaults(),
            ProposerLimits.defaults());

    private final RaftProperties properties = RatisSettings.properties(CONFIG, Path.of("raft"));

    @Test
    void shouldOnlySetKeysThatRatisKnows() throws Exception {
        // given
        Set<String> known = new HashSet<>();
        collectKeys(RaftConfigKeys.class, known);
        collectKeys(RaftServerConfigKeys.class, known);
        collectKeys(GrpcConfigKeys.class, known);
        // then
        assertThat(known).isNotEmpty();
        assertThat(RatisSettings.all(CONFIG, Path.of("raft")).keySet()).isSubsetOf(known);
    }

    private static void collectKeys(Class<?> holder, Set<String> known) throws IllegalAccessException {
        for (Field field : holder.getDeclaredFields()) {
            if (field.getName().endsWith("_KEY") && field.get(null) instanceof String key) {
                known.add(key);
            }
        }
        for (Class<?> nested : holder.getDeclaredClasses()) {
            collectKeys(nested, known);
        }
    }

    @Test
    void shouldPassItsOwnAssertions() {
        RatisSettings.assertSafe(properties);
    }

    @Test
    void shouldRefuseToRunWithoutRealFsync() {
        // when
        properties.set("raft.server.log.unsafe-flush.enabled", "true");
        // then
        assertThatThrownBy(() -> RatisSettings.assertSafe(properties))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unsafe-flush");
    }

    @Test
    void shouldKeepTheSizesInTheOrderThatRatisNeeds() {
        long entry = size("raft.server.log.appender.buffer.byte-limit");
        assertThat(entry).isGreaterThan(ProposerLimits.defaults().maxCommandBytes());
        assertThat(size("raft.server.log.write.buffer.size")).isGreaterThan(entry + 8);
        assertThat(size("raft.grpc.message.size.max")).isGreaterThan(entry + (1 << 20));
        // One append alone or a window of them, and one lease entry.
        assertThat(size("raft.server.write.byte-limit"))
                .isGreaterThan(2L * ProposerLimits.defaults().maxCommandBytes())
                .isLessThanOrEqualTo(size("raft.server.log.queue.byte-limit"));
    }

    private long size(String key) {
        String value = properties.get(key);
        assertThat(value).as(key).isNotNull();
        return SizeInBytes.valueOf(String.valueOf(value)).getSize();
    }
}
