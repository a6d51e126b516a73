package dev.penstock.broker.raft;

import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * Refuses what is addressed to another peer. A node that lost its directory comes back as another peer at the same address;
 * until the members are changed the leader still sends to the one that is gone, and Ratis 3.3.0 takes whatever comes for its
 * own. Then two appenders feed one log: an append of the one that is overtaken by the snapshot of the other fails, and with
 * it, in Ratis' chain of appends, every later one of that process. Thread-safe.
 */
final class AddresseeCheck implements ServerInterceptor {
    private final ByteString own;
    private final String ownId;

    AddresseeCheck(String peerId) {
        this.ownId = peerId;
        this.own = ByteString.copyFromUtf8(peerId);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            /** Calls of one call's listener never overlap. */
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (refused) {
                    return;
                }
                Optional<ByteString> addressee = addressee(message);
                if (addressee.isEmpty() || addressee.get().equals(own)) {
                    super.onMessage(message);
                    return;
                }
                refused = true;
                call.close(
                        Status.FAILED_PRECONDITION.withDescription(
                                "this is " + ownId + ", not " + addressee.get().toStringUtf8()),
                        new Metadata());
            }
        };
    }

    /** Of a message between servers; empty for one of another service. */
    private static Optional<ByteString> addressee(Object message) {
        RaftRpcRequestProto request = null;
        if (message instanceof AppendEntriesRequestProto append) {
            request = append.getServerRequest();
        } else if (message instanceof InstallSnapshotRequestProto install) {
            request = install.getServerRequest();
        } else if (message instanceof RequestVoteRequestProto vote) {
            request = vote.getServerRequest();
        } else if (message instanceof StartLeaderElectionRequestProto election) {
            request = election.getServerRequest();
        }
        return Optional.ofNullable(request).map(RaftRpcRequestProto::getReplyId);
    }
}
