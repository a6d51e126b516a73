package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.LeaderView.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Raft as this node sees it.
 *
 * @param lastLogIndex newest entry in this node's log
 */
public record RaftStatus(
        String nodeId,
        Role role,
        long term,
        Optional<String> leader,
        long appliedIndex,
        long commitIndex,
        long lastLogIndex,
        List<Member> members) {

    /** By peer id: the directory that takes the place of another has that one's node id, and is not a member for it. */
    public boolean hasMember(String peerId) {
        return members.stream().anyMatch(member -> member.peerId().equals(peerId));
    }

    /**
     * A member of the present configuration.
     *
     * @param commitIndex as this node last heard
     * @param matchIndex known on the leader only: what of the leader's log that member holds on disk
     * @param silentMillis known on the leader only: since when that member has not answered
     */
    public record Member(
            String nodeId,
            String peerId,
            String raftAddress,
            OptionalLong commitIndex,
            OptionalLong matchIndex,
            OptionalLong silentMillis) {}
}
