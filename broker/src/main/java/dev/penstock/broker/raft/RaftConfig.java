package dev.penstock.broker.raft;

import java.util.Map;

/**
 * What one node needs to know to take part in Raft.
 *
 * @param clusterId as {@code penstock init} made it; the Raft group's id is derived from it, so that nodes of two clusters
 *     never talk
 * @param bindHost address to listen on
 * @param bindPort port to listen on
 * @param peers by node id, this node included
 */
public record RaftConfig(
        String clusterId,
        String nodeId,
        String bindHost,
        int bindPort,
        Map<String, Peer> peers,
        Timeouts timeouts,
        SnapshotLimits snapshots,
        ProposerLimits proposer) {
    public RaftConfig {
        peers = Map.copyOf(peers);
        if (!peers.containsKey(nodeId)) {
            throw new IllegalArgumentException(
                    "peers must name node " + nodeId + " itself, they name " + peers.keySet());
        }
    }

    /**
     * @param raftAddress host:port that other nodes reach its Raft port at
     * @param httpAddress host:port of its HTTP port
     */
    public record Peer(String raftAddress, String httpAddress) {}

    /**
     * @param electionMinMillis a follower that hears nothing for a random time between these two stands for election; the
     *     leader's heartbeat is half of the smaller one
     * @param stepDownWaitMillis how long a leader that lost its majority does not stand again
     * @param closeMillis bound of an orderly stop
     */
    public record Timeouts(int electionMinMillis, int electionMaxMillis, int stepDownWaitMillis, int closeMillis) {

        /**
         * A leader killed on 2 cores under load: the next is ready after 1.2 to 1.3 s with these, 1.9 to 2.7 s with 1 s / 2 s;
         * no election without a kill was seen with either.
         */
        public static Timeouts defaults() {
            return new Timeouts(400, 800, 2_000, 8_000);
        }
    }

    /**
     * @param everyLogBytes a checkpoint is taken after so many bytes were applied
     * @param everyMillis or after this time, if anything was applied
     * @param keptLogBytes so much of the Raft log is kept behind the newest entry for a follower that lags; what is beyond
     *     this and below the newest checkpoint is purged, also while a follower is dead. It bounds a restart too, which
     *     reads all of it
     */
    public record SnapshotLimits(long everyLogBytes, long everyMillis, long keptLogBytes) {
        public static SnapshotLimits defaults() {
            return new SnapshotLimits(256L << 20, 5 * 60_000L, 1L << 30);
        }
    }
}
