package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.LeaderView.Role;
import java.util.Optional;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;

/** Ratis' words for who leads, in ours. Stateless. */
final class Roles {
    private Roles() {}

    static Role of(DivisionInfo info) {
        return switch (info.getCurrentRole()) {
            case LEADER -> Role.LEADER;
            case CANDIDATE -> Role.CANDIDATE;
            default -> Role.FOLLOWER;
        };
    }

    static Optional<String> leader(DivisionInfo info) {
        RaftPeerId leader = info.getLeaderId();
        return leader == null || leader.toString().isEmpty()
                ? Optional.empty()
                : Optional.of(NodeIdentity.nodeIdOf(leader.toString()));
    }
}
