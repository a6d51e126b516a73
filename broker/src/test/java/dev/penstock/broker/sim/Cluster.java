package dev.penstock.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.ReceiptSeal;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.table.Invariants;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Three nodes: processes that come and go over disks that stay. */
final class Cluster {

    /** Of one node's threads, before another node comes to it. */
    private static final int MAX_TASKS_PER_STEP = 6;

    private final World world;
    private final FakeRaft raft;
    private final History history;
    private final ReceiptSeal seal = new ReceiptSeal("a secret of this cluster, 32 characters long");
    private final List<SimulatedNode> nodes = new ArrayList<>();

    Cluster(World world, History history) {
        this.world = world;
        this.history = history;
        this.raft = new FakeRaft(world);
        for (int i = 0; i < FakeRaft.MEMBERS; i++) {
            SimulatedNode node = new SimulatedNode(raft.peer(i));
            raft.host(i, node);
            nodes.add(node);
            node.start();
        }
    }

    FakeRaft raft() {
        return raft;
    }

    ReceiptSeal seal() {
        return seal;
    }

    @Nullable
    NodeProcess process(int id) {
        return nodes.get(id).process;
    }

    /** One node from its first start on. */
    private final class SimulatedNode implements FakeRaft.Host {
        private final RaftPeer peer;
        /** What RocksDB has on disk: as of its last flush. */
        private InMemoryStore flushed = new InMemoryStore();

        private @Nullable NodeProcess process;
        private long stalledUntilNanos;

        SimulatedNode(RaftPeer peer) {
            this.peer = peer;
        }

        void start() {
            process = new NodeProcess(world, raft, peer, history, history.source(), flushed.copy(), seal);
            raft.start(peer.id);
            world.trace("starts", peer.id, peer.last());
        }

        void crash() {
            NodeProcess running = process;
            if (running != null) {
                world.trace("dies", peer.id, peer.last());
                running.dead = true;
                process = null;
                raft.crash(peer.id);
            }
        }

        boolean isStalled() {
            return world.nowNanos < stalledUntilNanos;
        }

        private NodeProcess running() {
            NodeProcess running = process;
            if (running == null) {
                throw new IllegalStateException("expected node " + peer.id + " to run");
            }
            return running;
        }

        void flush() {
            if (process != null) {
                flushed = running().store().copy();
            }
        }

        void checkpoint() {
            // After a restart the machine may stand further than Raft knows to be committed.
            if (process == null
                    || running().machine().appliedIndex() <= peer.baseIndex
                    || running().machine().appliedIndex() > peer.commit) {
                return;
            }
            flush();
            Machine machine = running().machine();
            peer.snapshot = new RaftPeer.Snapshot(machine.appliedTerm(), machine.appliedIndex(), flushed.copy());
        }

        void purge() {
            RaftPeer.Snapshot snapshot = peer.snapshot;
            if (snapshot != null && snapshot.index() > peer.baseIndex && peer.up) {
                long covered = snapshot.index() - peer.baseIndex;
                long to = snapshot.index() - (world.random.nextBoolean() ? 0 : world.below(Math.toIntExact(covered)));
                world.trace("purges to", peer.id, to);
                peer.purge(to);
            }
        }

        @Override
        public Object process() {
            return running();
        }

        @Override
        public void notLeader() {
            running().notLeader();
        }

        @Override
        public void install(RaftPeer.Snapshot snapshot) {
            peer.snapshot = new RaftPeer.Snapshot(
                    snapshot.term(), snapshot.index(), snapshot.store().copy());
            flushed = snapshot.store().copy();
            running().install(flushed.copy());
        }

        @Override
        public void later(Runnable task) {
            running().later(task);
        }
    }

    // ---- steps ----

    /** Something that a node or the network between nodes does. */
    void step() {
        SimulatedNode node = world.oneOf(nodes);
        NodeProcess running = node.process;
        if (running == null || node.isStalled()) {
            return;
        }
        if (!world.rough) {
            calmStep(node.peer.id, running);
            return;
        }
        if (world.oneIn(world.diskOneIn)) {
            raft.sync(node.peer.id);
        }
        SimulatedNode other = world.oneOf(nodes);
        if (!other.isStalled()) {
            raft.replicate(node.peer.id, other.peer.id);
        }
        if (raft.leader() == null && world.oneIn(60)) {
            raft.elect(node.peer.id);
        }
        for (int i = world.below(MAX_TASKS_PER_STEP); i >= 0; i--) {
            running.step();
        }
    }

    private void calmStep(int id, NodeProcess running) {
        raft.sync(id);
        for (int other = 0; other < FakeRaft.MEMBERS; other++) {
            raft.replicate(id, other);
        }
        running.step();
    }

    /** Something breaks, or mends. */
    void disturb() {
        SimulatedNode node = world.oneOf(nodes);
        int id = node.peer.id;
        switch (world.below(21)) {
            case 0, 1, 2 -> raft.elect(id);
            case 3, 19 -> loseAndRegain();
            case 4 -> raft.stepDown(node.peer);
            case 5 -> node.crash();
            case 6 -> raft.cut(id, world.below(FakeRaft.MEMBERS), true);
            case 7 -> isolate(id);
            case 8, 9, 18 -> raft.heal();
            case 15, 16 -> hush();
            case 17 -> leaveBehind();
            case 10 -> node.flush();
            case 11 -> node.checkpoint();
            case 12 -> node.purge();
            case 13 -> stall(node);
            case 14 -> {
                if (world.random.nextBoolean()) {
                    powerCut();
                }
            }
            default -> startAll();
        }
        if (node.process == null && world.random.nextBoolean()) {
            node.start();
        }
    }

    /** The same process leads again, in a later term. */
    private void loseAndRegain() {
        RaftPeer leader = raft.leader();
        if (leader != null) {
            raft.stepDown(leader);
            raft.elect(leader.id);
        }
    }

    private void isolate(int id) {
        for (int other = 0; other < FakeRaft.MEMBERS; other++) {
            raft.cut(id, other, other != id);
        }
    }

    private void stall(SimulatedNode node) {
        node.stalledUntilNanos = world.nowNanos + world.random.nextLong(3_000_000_000L);
        world.trace("stalls", node.peer.id, node.stalledUntilNanos / 1000);
    }

    /** The leader hears nothing for longer than its callers wait, and nobody takes its place: what it proposed stays open. */
    private void hush() {
        RaftPeer leader = raft.leader();
        if (leader == null) {
            return;
        }
        long until = world.nowNanos + 2_000_000_000L + world.random.nextLong(4_000_000_000L);
        world.hurryUntilNanos = until;
        for (SimulatedNode node : nodes) {
            node.stalledUntilNanos = node.peer == leader ? 0 : until;
        }
        world.trace("hears nothing", leader.id, until / 1000);
    }

    /** Whoever comes back needs more than the leader's log still has. */
    private void leaveBehind() {
        RaftPeer leader = raft.leader();
        if (leader != null) {
            nodes.get(leader.id).checkpoint();
            nodes.get(leader.id).purge();
        }
    }

    private void powerCut() {
        world.totals.powerCuts++;
        nodes.forEach(SimulatedNode::crash);
        startAll();
    }

    private void startAll() {
        for (SimulatedNode node : nodes) {
            if (node.process == null) {
                world.totals.crashes++;
                node.start();
            }
        }
    }

    void heal() {
        raft.heal();
        startAll();
        nodes.forEach(node -> node.stalledUntilNanos = 0);
    }

    /** In calm times somebody always leads. */
    void seeThatSomebodyLeads() {
        if (raft.leader() == null) {
            raft.elect(world.below(FakeRaft.MEMBERS));
        }
    }

    // ---- the end ----

    /** What keeps a replica behind, or nothing. */
    Optional<String> lagging() {
        for (SimulatedNode node : nodes) {
            long applied = node.running().machine().appliedIndex();
            if (applied < history.length()
                    || node.peer.commit < raft.committed().size()) {
                return Optional.of("node " + node.peer.id + " is at " + applied + " of " + history.length());
            }
        }
        return Optional.empty();
    }

    void checkReplicas() {
        List<byte[]> first = null;
        long digest = nodes.get(0).running().machine().stateDigest();
        List<Long> chains = new ArrayList<>();
        for (SimulatedNode node : nodes) {
            Machine machine = node.running().machine();
            assertThat(machine.stateDigest())
                    .as("state digest of node " + node.peer.id)
                    .isEqualTo(digest);
            Invariants.checkAll(node.running().store());
            try (MachineView view = machine.openView()) {
                List<byte[]> batches = history.stream().check(view);
                first = first == null ? batches : first;
                assertThat(batches).as("stored bytes of node " + node.peer.id).containsExactlyElementsOf(first);
                chains.add(view.streams().get(0).chain());
            }
        }
        assertThat(chains).as("chained digests").containsOnly(chains.get(0));
        raft.committed().forEach(entry -> {
            if (entry.handed() != null && entry.handed().refusedForGood()) {
                throw new AssertionError(
                        "entry " + entry.index() + " is committed, but its caller was told it never would be");
            }
        });
    }
}
