package dev.penstock.broker.raft;

import dev.penstock.broker.raft.RaftStatus.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;

/** What an operator, or this node itself, asks of Raft besides entries; all in process. Thread-safe. */
final class RaftAdmin {
    private static final long SNAPSHOT_TIMEOUT_MILLIS = 60_000;

    private final RaftServer server;
    private final RaftGroupId groupId;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final AtomicBoolean changing = new AtomicBoolean();

    RaftAdmin(RaftServer server, RaftGroupId groupId) {
        this.server = server;
        this.groupId = groupId;
    }

    RaftServer.Division division() {
        try {
            return server.getDivision(groupId);
        } catch (IOException e) {
            throw new IllegalStateException("the Raft group " + groupId + " is not open", e);
        }
    }

    /** Tells Ratis that a snapshot is there: it asks how far to purge. */
    CompletableFuture<RaftClientReply> noteSnapshot() {
        return server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                clientId, server.getId(), groupId, callIds.incrementAndGet(), SNAPSHOT_TIMEOUT_MILLIS));
    }

    /** To the follower that has most of the log. False if there is none, or it did not work in time. */
    CompletableFuture<Boolean> transferLeadership(long timeoutMillis) {
        Optional<Member> target = status().members().stream()
                .filter(member -> !member.peerId().equals(server.getId().toString()))
                .max(Comparator.comparingLong((Member m) -> m.matchIndex().orElse(-1))
                        .thenComparingLong(m -> -m.silentMillis().orElse(Long.MAX_VALUE)));
        if (target.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        try {
            return server.transferLeadershipAsync(new TransferLeadershipRequest(
                            clientId,
                            server.getId(),
                            groupId,
                            callIds.incrementAndGet(),
                            RaftPeerId.valueOf(target.get().peerId()),
                            timeoutMillis))
                    .handle((reply, failure) -> failure == null && reply.isSuccess());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Takes a node with an empty directory into the cluster, in the place of the one that had this node id before, if any.
     * On the leader. Ends when the new member has caught up and the change is committed.
     */
    CompletableFuture<Void> replaceMember(String nodeId, UUID peerUuid, String raftAddress) {
        if (!changing.compareAndSet(false, true)) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("another change of members is under way: one at a time"));
        }
        CompletableFuture<Void> done;
        try {
            done = setMembers(nodeId, NodeIdentity.peerId(nodeId, peerUuid), raftAddress);
        } catch (IOException | RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        return done.whenComplete((ignored, failure) -> changing.set(false));
    }

    private CompletableFuture<Void> setMembers(String nodeId, String peerId, String raftAddress) throws IOException {
        List<RaftPeer> present = List.copyOf(division().getRaftConf().getAllPeers());
        List<RaftPeer> next = new ArrayList<>();
        for (RaftPeer peer : present) {
            if (peer.getId().toString().equals(peerId)) {
                return CompletableFuture.completedFuture(null);
            }
            if (!NodeIdentity.nodeIdOf(peer.getId().toString()).equals(nodeId)) {
                next.add(peer);
            }
        }
        next.add(RaftPeer.newBuilder().setId(peerId).setAddress(raftAddress).build());
        // The overload with arrays drops servers in 3.3.0 (RATIS-2640).
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setServersInCurrentConf(present)
                .setServersInNewConf(next)
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .build();
        return server.setConfigurationAsync(new SetConfigurationRequest(
                        clientId, server.getId(), groupId, callIds.incrementAndGet(), arguments))
                .thenAccept(reply -> {
                    if (!reply.isSuccess()) {
                        throw new IllegalStateException("the members were not changed", reply.getException());
                    }
                });
    }

    RaftStatus status() {
        RaftServer.Division division = division();
        DivisionInfo info = division.getInfo();
        Map<String, Long> commits = new HashMap<>();
        for (CommitInfoProto commit : division.getCommitInfos()) {
            commits.put(commit.getServer().getId().toStringUtf8(), commit.getCommitIndex());
        }
        Map<String, Long> silent = new HashMap<>();
        Map<String, Long> matches = new HashMap<>();
        followers(info, silent, matches);
        List<Member> members = new ArrayList<>();
        for (RaftPeer peer : division.getRaftConf().getAllPeers()) {
            String id = peer.getId().toString();
            members.add(new Member(
                    NodeIdentity.nodeIdOf(id),
                    id,
                    peer.getAddress(),
                    known(commits, id),
                    known(matches, id),
                    known(silent, id)));
        }
        members.sort(Comparator.comparing(Member::nodeId));
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        return new RaftStatus(
                NodeIdentity.nodeIdOf(server.getId().toString()),
                Roles.of(info),
                info.getCurrentTerm(),
                Roles.leader(info),
                info.getLastAppliedIndex(),
                division.getRaftLog().getLastCommittedIndex(),
                last == null ? -1 : last.getIndex(),
                List.copyOf(members));
    }

    /** Ratis lists followers and their indices in one order. */
    private static void followers(DivisionInfo info, Map<String, Long> silent, Map<String, Long> matches) {
        long[] indices = info.getFollowerMatchIndices();
        if (indices == null) {
            return;
        }
        List<ServerRpcProto> followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        for (int i = 0; i < followers.size(); i++) {
            String id = followers.get(i).getId().getId().toStringUtf8();
            silent.put(id, followers.get(i).getLastRpcElapsedTimeMs());
            if (followers.size() == indices.length) {
                matches.put(id, indices[i]);
            }
        }
    }

    private static OptionalLong known(Map<String, Long> values, String id) {
        Long value = values.get(id);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** True while a follower does not hold all of this leader's log. */
    boolean followerBehind() {
        RaftServer.Division division = division();
        long[] matches = division.getInfo().getFollowerMatchIndices();
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        if (matches == null || last == null) {
            return false;
        }
        for (long match : matches) {
            if (match < last.getIndex()) {
                return true;
            }
        }
        return false;
    }
}
