package dev.penstock.broker.raft;

import dev.penstock.broker.raft.MachineAdapter.Proposal;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Hands entries to Ratis within this process. No Ratis client: one in a deposed leader would forward its stale entries to
 * the new leader. Every call has an id of its own and is never repeated, so the retry cache decides nothing. Called by the
 * proposer's thread; blocks while Ratis' server lock or log queue is busy.
 */
final class EntryGate {
    private final RaftServer server;
    private final RaftGroupId groupId;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();

    EntryGate(RaftServer server, RaftGroupId groupId) {
        this.server = server;
        this.groupId = groupId;
    }

    /** The content must not be changed afterwards: Ratis keeps it in its caches. */
    CompletableFuture<?> propose(Entry entry, byte[] content) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(groupId)
                .setCallId(callIds.incrementAndGet())
                .setMessage(new Proposal(entry, UnsafeByteOperations.unsafeWrap(content)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return server.submitClientRequestAsync(request).thenAccept(EntryGate::throwIfFailed);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void throwIfFailed(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new IllegalStateException("Ratis refused or lost an entry", reply.getException());
        }
    }
}
