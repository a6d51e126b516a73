package dev.penstock.broker.raft;

import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.CommandSubmitter.Decided;
import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.raft.RaftConfig.Peer;
import dev.penstock.broker.raft.RaftConfig.SnapshotLimits;
import dev.penstock.broker.raft.RaftConfig.Timeouts;
import dev.penstock.storage.kv.rocks.RocksTuning;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Three real Raft nodes in one process, on loopback, with counting machines or with the real one on RocksDB. */
final class TestCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** These tests show what happens, not how fast: three nodes share a process, and that a machine with other tests. */
    private static final Timeouts UNHURRIED = new Timeouts(1_000, 2_000, 2_000, 8_000);

    final Path root;
    final Map<String, Peer> peers = new TreeMap<>();
    final Map<String, Member> members = new TreeMap<>();
    final ConcurrentLinkedQueue<String> halts = new ConcurrentLinkedQueue<>();
    private final Map<String, UUID> founders = new HashMap<>();
    private final SnapshotLimits snapshots;
    private final boolean rocks;

    /** Whom a node asks whose state is damaged; by default the members that run. */
    Repair.@Nullable Peers repairPeers;

    Duration repairPatience = Duration.ofSeconds(60);

    static final class Member implements AutoCloseable {
        final String nodeId;
        final StateMachines machines;
        final DataDirectory directory;
        final NodeIdentity identity;
        final CountingMachine.Disk disk = new CountingMachine.Disk();
        final RaftNode node;

        Member(
                String nodeId,
                DataDirectory directory,
                NodeIdentity identity,
                RaftConfig config,
                boolean rocks,
                FailStop failStop) {
            this.nodeId = nodeId;
            this.directory = directory;
            this.identity = identity;
            machines = rocks
                    ? StateMachines.rocks(RocksTuning.small(), failStop)
                    : new StateMachines(disk, CountingMachine.CODEC);
            this.node = new RaftNode(
                    config, identity, directory, machines, new DiskGuard(() -> Long.MAX_VALUE, 0), failStop);
        }

        CountingMachine machine() {
            CountingMachine machine = disk.open.get(directory.liveState());
            if (machine == null) {
                throw new IllegalStateException(nodeId + " has no open machine");
            }
            return machine;
        }

        void kill() {
            node.closeAbruptly();
            directory.close();
        }

        @Override
        public void close() {
            node.close();
            directory.close();
        }
    }

    TestCluster(Path root) throws IOException {
        this(root, SnapshotLimits.defaults(), false);
    }

    TestCluster(Path root, SnapshotLimits snapshots, boolean rocks) throws IOException {
        this.root = root;
        this.snapshots = snapshots;
        this.rocks = rocks;
        for (String id : List.of("n1", "n2", "n3")) {
            addPeer(id);
            founders.put(id, UUID.randomUUID());
        }
    }

    private void addPeer(String id) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            peers.put(id, new Peer("127.0.0.1:" + socket.getLocalPort(), "127.0.0.1:0"));
        }
    }

    TestCluster startAll() throws StartRefused {
        for (String id : peers.keySet()) {
            start(id);
        }
        return this;
    }

    Member start(String id) throws StartRefused {
        return start(id, config -> config);
    }

    Member start(String id, Function<RaftConfig, RaftConfig> change) throws StartRefused {
        return startAs(
                id,
                new NodeIdentity("c1", id, Objects.requireNonNull(founders.get(id)), founders),
                root.resolve(id),
                change);
    }

    /** In an empty directory, as a node that joins. */
    Member join(String id, String directoryName) throws StartRefused, IOException {
        addPeer(id);
        return startAs(
                id,
                new NodeIdentity("c1", id, UUID.randomUUID(), Map.of()),
                root.resolve(directoryName),
                config -> config);
    }

    /** Again, in its directory and under its identity. */
    Member startJoined(Member before) throws StartRefused {
        return startAs(before.nodeId, before.identity, before.directory.root(), config -> config);
    }

    private Member startAs(String id, NodeIdentity identity, Path data, Function<RaftConfig, RaftConfig> change)
            throws StartRefused {
        DataDirectory directory = DataDirectory.open(data);
        String address = Objects.requireNonNull(peers.get(id)).raftAddress();
        RaftConfig config = new RaftConfig(
                "c1",
                id,
                "127.0.0.1",
                Integer.parseInt(address.substring(address.indexOf(':') + 1)),
                peers,
                UNHURRIED,
                snapshots,
                ProposerLimits.defaults());
        Member member = new Member(
                id,
                directory,
                identity,
                change.apply(config),
                rocks,
                directory.markingDamage((reason, cause) -> halts.add(id + ": " + reason + " " + cause)));
        try {
            Repair.Peers asked = repairPeers == null ? new MemberPeers(List.copyOf(members.values())) : repairPeers;
            Repair.mend(directory, "c1", member.machines, asked, repairPatience);
            member.node.start();
        } catch (StartRefused e) {
            directory.close();
            throw e;
        }
        members.put(id, member);
        return member;
    }

    Member awaitLeader() {
        return await().atMost(PATIENCE).until(this::leader, Optional::isPresent).orElseThrow();
    }

    Optional<Member> leader() {
        return members.values().stream()
                .filter(m -> m.node.leaderView().leadership().leads())
                .findFirst();
    }

    Member follower() {
        Member leader = awaitLeader();
        return members.values().stream().filter(m -> m != leader).findFirst().orElseThrow();
    }

    void kill(Member member) {
        members.remove(member.nodeId);
        member.kill();
    }

    void stop(Member member) {
        members.remove(member.nodeId);
        member.close();
    }

    /** Appends through whoever leads until it is decided; the command's own identity makes that safe to see. */
    Decided append(Command command) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return leader().orElseGet(this::awaitLeader)
                        .node
                        .submitter()
                        .append(command)
                        .join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof NotDecided) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    void awaitSameState() {
        // Refused while a snapshot is being installed.
        await().atMost(PATIENCE).ignoreException(Refused.class).until(() -> {
            Set<Long> indices = new HashSet<>();
            Set<Long> digests = new HashSet<>();
            for (Member member : members.values()) {
                try (MachineView view = member.node.openView()) {
                    indices.add(view.appliedIndex());
                    digests.add(view.stateDigest());
                }
            }
            return indices.size() == 1 && digests.size() == 1;
        });
    }

    @Override
    public void close() {
        // At the same time: each waits for Ratis' threads.
        members.values().parallelStream().forEach(Member::kill);
        members.clear();
    }
}
