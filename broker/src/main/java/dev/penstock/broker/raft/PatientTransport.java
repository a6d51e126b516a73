package dev.penstock.broker.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' gRPC transport, but a leader sends a snapshot only to a follower that answers. Ratis 3.3.0 begins to send at once;
 * if the follower is down and the snapshot has more chunks than may be outstanding, the one thread that also sends its
 * heartbeats waits for the permits of the call that failed, until the sum of the chunks' time-outs is over (24 s with the
 * defaults), and a follower that is back meanwhile hears nothing. Made by Ratis, by its class name.
 */
public final class PatientTransport implements RpcType {

    @Override
    public String name() {
        return "GRPC";
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        Factory(Parameters parameters) {
            super(parameters);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            return new PatientLogAppender(server, state, follower);
        }
    }

    private static final class PatientLogAppender extends GrpcLogAppender {
        /** Twice the leader's heartbeat: a follower that is there has answered within this. */
        private final TimeDuration answersWithin;

        /** The appender's own thread only. */
        private boolean waiting;

        PatientLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            super(server, state, follower);
            this.answersWithin = server.properties().minRpcTimeout();
        }

        @Override
        public @Nullable SnapshotInfo shouldInstallSnapshot() {
            SnapshotInfo wanted = super.shouldInstallSnapshot();
            waiting = wanted != null
                    && getFollower().getLastRpcResponseTime().elapsedTime().compareTo(answersWithin) > 0;
            return waiting ? null : wanted;
        }

        /** Heartbeats meanwhile: they find out when it answers, and there is no entry that it could take. */
        @Override
        public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            return super.newAppendEntriesRequest(callId, heartbeat || waiting);
        }
    }
}
