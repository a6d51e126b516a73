package dev.penstock.broker.raft;

import dev.penstock.broker.raft.RaftConfig.Timeouts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.ratis.conf.RaftProperties;

/**
 * Every Ratis setting that we rely on, set in one place and asserted at start, with the reason where it differs from the
 * default of 3.3.0 (the default stands in brackets). Stateless.
 */
final class RatisSettings {
    /** Once written with a larger limit, a log cannot be read with a smaller one: never lower it. */
    static final int ENTRY_BYTE_LIMIT = 32 << 20;

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private RatisSettings() {}

    static RaftProperties properties(RaftConfig config, Path storage) {
        RaftProperties properties = new RaftProperties();
        all(config, storage).forEach(properties::set);
        return properties;
    }

    static Map<String, String> all(RaftConfig config, Path storage) {
        Map<String, String> keys = new LinkedHashMap<>();
        storage(keys, storage);
        elections(keys, config.timeouts());
        log(keys);
        flow(keys);
        snapshots(keys);
        grpc(keys, config);
        return keys;
    }

    /**
     * What must hold whatever else is changed; checked on the properties that Ratis really runs with.
     *
     * @throws IllegalStateException naming the key
     */
    static void assertSafe(RaftProperties properties) {
        expect(properties, "raft.server.log.use.memory", "false");
        expect(properties, "raft.server.log.unsafe-flush.enabled", "false");
        expect(properties, "raft.server.log.async-flush.enabled", "false");
        expect(properties, "raft.server.log.corruption.policy", "EXCEPTION");
        expect(properties, "raft.server.log.appender.buffer.byte-limit", String.valueOf(ENTRY_BYTE_LIMIT));
        expect(properties, "raft.server.log.log-metadata.enabled", "false");
        expect(properties, "raft.server.log.appender.install.snapshot.enabled", "true");
        expect(properties, "raft.server.snapshot.auto.trigger.enabled", "false");
        expect(properties, "raft.server.snapshot.trigger-when-stop.enabled", "false");
        expect(properties, "raft.server.leaderelection.pre-vote", "true");
        expect(properties, "raft.rpc.type", PatientTransport.class.getName());
        assertOwnMetadataFile();
    }

    private static void expect(RaftProperties properties, String key, String value) {
        String seen = properties.get(key);
        if (!value.equals(seen)) {
            throw new IllegalStateException("Ratis setting " + key + " is " + seen + ", expected " + value
                    + ": the promises of this program rest on it");
        }
    }

    /** Ours must win on the class path, or votes are not safe against a power cut. */
    private static void assertOwnMetadataFile() {
        String name = "org.apache.ratis.server.storage.RaftStorageMetadataFileImpl";
        try {
            Class<?> loaded = Class.forName(name, false, RatisSettings.class.getClassLoader());
            for (Class<?> nested : loaded.getDeclaredClasses()) {
                if ("DirectorySync".equals(nested.getSimpleName())) {
                    return;
                }
            }
            throw new IllegalStateException("The class " + name + " is the one of Ratis, which does not force the"
                    + " directory after a vote: put penstock.jar before ratis-server on the class path");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The class " + name + " is missing from the class path", e);
        }
    }

    private static void storage(Map<String, String> keys, Path storage) {
        // [under the system's temporary directory]
        keys.put("raft.server.storage.dir", storage.toString());
        keys.put(
                "raft.server.removed.groups.dir",
                storage.resolve("removed-groups").toString());
        // [0] Checked by Ratis at start only; the running guard is ours.
        keys.put("raft.server.storage.free-space.min", String.valueOf(256 * MIB));
    }

    private static void elections(Map<String, String> keys, Timeouts timeouts) {
        // [150 / 300 ms] Too small for three JVMs on two cores; see Timeouts for what was measured.
        keys.put("raft.server.rpc.timeout.min", timeouts.electionMinMillis() + "ms");
        keys.put("raft.server.rpc.timeout.max", timeouts.electionMaxMillis() + "ms");
        // [as above] At first start nobody leads: no need to wait for a leader.
        keys.put("raft.server.rpc.first-election.timeout.min", timeouts.electionMinMillis() / 4 + "ms");
        keys.put("raft.server.rpc.first-election.timeout.max", timeouts.electionMinMillis() * 3 / 4 + "ms");
        // [10 s] Also the JVM pause after which a leader steps down by itself.
        keys.put("raft.server.leaderelection.leader.step-down.wait-time", timeouts.stepDownWaitMillis() + "ms");
        keys.put("raft.server.leaderelection.pre-vote", "true");
        // [60 s] Alerts only.
        keys.put("raft.server.rpc.slowness.timeout", "30s");
        keys.put("raft.server.notification.no-leader.timeout", "10s");
        // [3 x timeout.max = 2.4 s] A new member must be able to install a snapshot in this time.
        keys.put("raft.server.staging.timeout", "10m");
        keys.put("raft.server.staging.catchup.gap", "2000");
        // Reads go through the state machine of this node, never through Ratis; stricter than needed, for admin reads.
        keys.put("raft.server.read.option", "LINEARIZABLE");
        // Off: a paused process would serve stale reads while it believes in its lease.
        keys.put("raft.server.read.leader.lease.enabled", "false");
    }

    private static void log(Map<String, String> keys) {
        keys.put("raft.server.log.use.memory", "false");
        // Both advance the flushed index without, or in spite of a failed, fsync.
        keys.put("raft.server.log.unsafe-flush.enabled", "false");
        keys.put("raft.server.log.async-flush.enabled", "false");
        // The other policy drops acknowledged entries after bit rot; a torn tail is cut by TornTail before Ratis
        // starts.
        keys.put("raft.server.log.corruption.policy", "EXCEPTION");
        // [true] Costs one more entry, send and fsync after commits; our applied index is in RocksDB.
        keys.put("raft.server.log.log-metadata.enabled", "false");
        // [4 MB] Largest entry: one event of 16 MiB goes in one entry. A larger entry makes the leader step down, so
        // the
        // proposer refuses it first.
        keys.put("raft.server.log.appender.buffer.byte-limit", String.valueOf(ENTRY_BYTE_LIMIT));
        // [8 MB] Must exceed the limit above by 8 bytes; direct memory, once per group.
        keys.put("raft.server.log.write.buffer.size", String.valueOf(ENTRY_BYTE_LIMIT + 64 * KIB));
        // [32 MB] Whole segments are purged, cached, and loaded for a lagging follower: small ones bound memory.
        keys.put("raft.server.log.segment.size.max", String.valueOf(16 * MIB));
        keys.put("raft.server.log.preallocated.size", String.valueOf(4 * MIB));
        // [6, 200 MB] Three nodes share small machines; followers are close, so the tail suffices.
        keys.put("raft.server.log.segment.cache.num.max", "2");
        keys.put("raft.server.log.segment.cache.size.max", String.valueOf(48 * MIB));
        // [4096, 64 MB] When full, the leader blocks holding the server lock; the proposer and the write limits below
        // stay
        // under it.
        keys.put("raft.server.log.queue.element-limit", "4096");
        keys.put("raft.server.log.queue.byte-limit", String.valueOf(64 * MIB));
        keys.put("raft.server.log.force.sync.num", "128");
        // [false, 0, 1024] Purge exactly what takeSnapshot names: we count bytes, and no dead follower can stop it.
        keys.put("raft.server.log.purge.upto.snapshot.index", "true");
        keys.put("raft.server.log.purge.preservation.log.num", "0");
        keys.put("raft.server.log.purge.gap", "1");
    }

    private static void flow(Map<String, String> keys) {
        // [4096, 64 MB] Pending client requests on the leader; above what the proposer lets out.
        keys.put("raft.server.write.element-limit", "1024");
        keys.put("raft.server.write.byte-limit", String.valueOf(48 * MIB));
        // [60 s] Exactly-once lives in our machine; every proposal has a call id of its own and is never retried.
        keys.put("raft.server.retrycache.expirytime", "5s");
        // [0 = none] Entries in one AppendEntries: with 1 MiB entries this bounds a send to a lagging follower.
        keys.put("raft.server.log.appender.buffer.element-limit", "16");
        keys.put("raft.server.log.appender.wait-time.min", "1ms");
        // [1ms x 10, 1s x 20, 5s x 1000] How long a leader leaves a follower that failed alone. Five seconds without a
        // heartbeat would make one that is back stand for election; and after the last number Ratis does not wait at
        // all.
        keys.put("raft.server.log.appender.retry.policy", "5ms,10, 100ms,20, 300ms,2000000000");
    }

    private static void snapshots(Map<String, String> keys) {
        keys.put("raft.server.log.appender.install.snapshot.enabled", "true");
        // [16 MB] Each chunk is written under the follower's server lock, and up to eight are in memory.
        keys.put("raft.server.log.appender.snapshot.chunk.size.max", String.valueOf(4 * MIB));
        // SnapshotKeeper triggers by bytes and time. The automatic trigger counts entries and would fire in every loop
        // while
        // entries are re-fed after a restart.
        keys.put("raft.server.snapshot.auto.trigger.enabled", "false");
        keys.put("raft.server.snapshot.trigger-when-stop.enabled", "false");
        keys.put("raft.server.snapshot.trigger-when-remove.enabled", "false");
        keys.put("raft.server.snapshot.creation.gap", "1");
        keys.put("raft.server.snapshot.retention.file.num", "2");
    }

    private static void grpc(Map<String, String> keys, RaftConfig config) {
        // [GRPC]
        keys.put("raft.rpc.type", PatientTransport.class.getName());
        keys.put("raft.grpc.server.host", config.bindHost());
        keys.put("raft.grpc.server.port", String.valueOf(config.bindPort()));
        // [1 MB]
        keys.put("raft.grpc.flow.control.window", String.valueOf(8 * MIB));
        // Must exceed the appender's limit by 1 MB.
        keys.put("raft.grpc.message.size.max", String.valueOf(64 * MIB));
        // [8] With 16 entries of 1 MiB each this is 64 MiB to a lagging follower at most.
        keys.put("raft.grpc.server.leader.outstanding.appends.max", "8");
        keys.put("raft.grpc.server.heartbeat.channel", "true");
        // [3 s, 8] Their product is how long an appender hangs if its follower dies while a snapshot is sent,
        // heartbeats
        // included. The last chunk's answer waits until all of the snapshot is forced to the follower's disk.
        keys.put("raft.grpc.server.install_snapshot.request.timeout", "4s");
        keys.put("raft.grpc.server.install_snapshot.request.element-limit", "4");
        // [2 x cores]
        keys.put("raft.grpc.server.boss-group.size", "1");
        keys.put("raft.grpc.server.worker-group.size", "2");
    }
}
