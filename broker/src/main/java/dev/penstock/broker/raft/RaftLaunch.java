package dev.penstock.broker.raft;

import dev.penstock.broker.raft.StartRefused.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings up Ratis on a data directory: its log made whole, its settings checked, its refusals put into words. One use. */
final class RaftLaunch {
    private static final Logger LOG = LoggerFactory.getLogger(RaftLaunch.class);

    private final RaftConfig config;
    private final NodeIdentity identity;
    private final DataDirectory directory;
    private final RaftGroupId groupId;
    private final Path current;

    RaftLaunch(RaftConfig config, NodeIdentity identity, DataDirectory directory) {
        this.config = config;
        this.identity = identity;
        this.directory = directory;
        this.groupId = groupId(config.clusterId());
        this.current = directory.raft().resolve(groupId.getUuid().toString()).resolve("current");
    }

    static RaftGroupId groupId(String clusterId) {
        return RaftGroupId.valueOf(
                UUID.nameUUIDFromBytes(("penstock-raft-group:" + clusterId).getBytes(StandardCharsets.UTF_8)));
    }

    RaftGroupId groupId() {
        return groupId;
    }

    void prepareLog() throws IOException, StartRefused {
        if (directory.raftBorn() && !Files.exists(current.resolve("raft-meta"))) {
            throw new StartRefused(
                    Reason.WIPED,
                    "The Raft log and vote of this node are gone (" + current + "), but it had them: restore them, or,"
                            + " if they are lost for good, empty the data directory and start this node with --join.");
        }
        if (directory.stoppedUncleanly()) {
            LOG.info("The last stop was not orderly: rewriting the open segment of the Raft log");
            new TornTail(directory.files()).rewriteOpenSegments(current);
        }
        new TornTail(directory.files()).dropIfOvertaken(current, Snapshots.newestIndex(current.resolveSibling("sm")));
        directory.markRunning();
    }

    /** Not started: what the machine tells from the start on must find its listeners. */
    RaftServer build(MachineAdapter machine) throws IOException {
        RaftProperties properties = RatisSettings.properties(config, directory.raft());
        RatisSettings.assertSafe(properties);
        return RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(identity.peerId()))
                .setGroup(RaftGroup.valueOf(groupId, founders()))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(properties)
                .setParameters(parameters())
                .setStateMachine(machine)
                .build();
    }

    private Parameters parameters() {
        Parameters parameters = new Parameters();
        AddresseeCheck check = new AddresseeCheck(identity.peerId());
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters,
                (server, types) -> types.contains(GrpcServices.Type.SERVER) ? server.intercept(check) : server);
        return parameters;
    }

    /** A node that joins starts without members: it must not stand for election before the others took it in. */
    private List<RaftPeer> founders() {
        List<RaftPeer> peers = new ArrayList<>();
        new TreeMap<>(identity.founders()).forEach((node, uuid) -> {
            RaftConfig.Peer peer = config.peers().get(node);
            if (peer != null) {
                peers.add(RaftPeer.newBuilder()
                        .setId(NodeIdentity.peerId(node, uuid))
                        .setAddress(peer.raftAddress())
                        .build());
            }
        });
        return peers;
    }

    /** Closes it again if it cannot start. */
    void start(RaftServer built) throws IOException, StartRefused {
        try {
            built.start();
            built.getDivision(groupId);
        } catch (IOException | RuntimeException e) {
            built.close();
            throw refusal(e);
        }
    }

    private StartRefused refusal(Exception e) throws IOException, StartRefused {
        String why = rootMessage(e);
        if (why.contains("ddress already in use") || why.contains("annot assign requested address")) {
            return new StartRefused(
                    Reason.IN_USE,
                    "The Raft address " + config.bindHost() + ":" + config.bindPort() + " cannot be used (" + why
                            + "): stop the program that listens there, or configure another raft.bind.",
                    e);
        }
        if (StateDamaged.isBehind(e)) {
            directory.noteDamage(why, -1);
            return new StartRefused(
                    Reason.DAMAGED,
                    "The state of this node is damaged (" + why
                            + "): start it again, it then fetches one from another node before it takes part.",
                    e);
        }
        TornTail.nameDamagedSegment(current);
        return new StartRefused(Reason.DAMAGED, "Raft could not start: " + why, e);
    }

    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null ? root.toString() : message;
    }
}
