package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftClientRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddresseeCheckTest {

    private final List<Object> received = new ArrayList<>();
    private @Nullable Status closed;

    /** Takes note of its end. */
    private final class Call extends ServerCall<Object, Object> {
        @Override
        public void request(int messages) {
            // Nothing is sent but by the test.
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new UnsupportedOperationException("nothing is answered");
        }

        @Override
        public void sendMessage(Object message) {
            throw new UnsupportedOperationException("nothing is answered");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed = status;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Object, Object> getMethodDescriptor() {
            throw new UnsupportedOperationException("nobody asks for the method");
        }
    }

    private ServerCall.Listener<Object> listener() {
        return new AddresseeCheck("n2-new")
                .interceptCall(new Call(), new Metadata(), (call, headers) -> new ServerCall.Listener<>() {
                    @Override
                    public void onMessage(Object message) {
                        received.add(message);
                    }
                });
    }

    private static RaftRpcRequestProto to(String peer) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(ByteString.copyFromUtf8("n1-leader"))
                .setReplyId(ByteString.copyFromUtf8(peer))
                .build();
    }

    private static List<Object> all(String peer) {
        return List.of(
                AppendEntriesRequestProto.newBuilder()
                        .setServerRequest(to(peer))
                        .build(),
                InstallSnapshotRequestProto.newBuilder()
                        .setServerRequest(to(peer))
                        .build(),
                RequestVoteRequestProto.newBuilder().setServerRequest(to(peer)).build(),
                StartLeaderElectionRequestProto.newBuilder()
                        .setServerRequest(to(peer))
                        .build());
    }

    @Test
    void shouldTakeWhatIsAddressedToThisPeer() {
        ServerCall.Listener<Object> listener = listener();
        all("n2-new").forEach(listener::onMessage);
        listener.onMessage(RaftClientRequestProto.getDefaultInstance());

        assertThat(received).hasSize(5);
        assertThat(closed).isNull();
    }

    /** The address is that of a node which came back without its directory: the leader still sends to the one before. */
    @Test
    void shouldRefuseWhatIsAddressedToThePeerThatWasThereBefore() {
        for (Object message : all("n2-old")) {
            closed = null;
            ServerCall.Listener<Object> listener = listener();
            listener.onMessage(message);
            listener.onMessage(AppendEntriesRequestProto.newBuilder()
                    .setServerRequest(to("n2-new"))
                    .build());

            assertThat(closed).isNotNull();
            assertThat(String.valueOf(closed)).contains("FAILED_PRECONDITION", "this is n2-new, not n2-old");
        }
        assertThat(received).isEmpty();
    }
}
