package dev.penstock.broker.raft;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The snapshots of members in this process, for one that needs repair; and what a bad one may do to them. */
final class MemberPeers implements Repair.Peers {

    private final Map<String, RaftNode> nodes = new HashMap<>();
    private boolean flipsABit;

    MemberPeers(List<TestCluster.Member> members) {
        members.forEach(member -> nodes.put(member.nodeId, member.node));
    }

    MemberPeers flippingABit() {
        flipsABit = true;
        return this;
    }

    @Override
    public Map<String, SnapshotOffer> offers(long atLeast) {
        Map<String, SnapshotOffer> offers = new HashMap<>();
        nodes.forEach((id, node) -> {
            try {
                node.offerSnapshot(atLeast).ifPresent(offer -> offers.put(id, offer));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return offers;
    }

    @Override
    public byte[] part(String peer, long index, String file, long offset, int length) throws IOException {
        byte[] part = Objects.requireNonNull(nodes.get(peer)).readSnapshot(index, file, offset, length);
        if (flipsABit && part.length > 0) {
            part[part.length / 2] ^= 1;
        }
        return part;
    }
}
