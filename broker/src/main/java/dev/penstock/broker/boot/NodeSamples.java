package dev.penstock.broker.boot;

import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.LeaderView.Leadership;
import dev.penstock.broker.duty.LeaderDuties;
import dev.penstock.broker.http.HttpCounters;
import dev.penstock.broker.metrics.Samples;
import dev.penstock.broker.raft.DiskGuard;
import dev.penstock.broker.raft.RaftNode;
import dev.penstock.replicator.flow.SourceStatus;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.StreamState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the metrics read of a node. Parts are attached as they open; before, theirs are empty. Thread-safe; reads the store,
 * so it is called from the reader pool.
 */
final class NodeSamples {

    private final RaftPorts ports;
    private final HttpCounters counters;
    private final Path dataDirectory;
    private final DiskGuard disk;
    private final Clock clock;
    private volatile @Nullable GroupService groups;
    private volatile @Nullable LeaderDuties duties;
    private volatile @Nullable RaftNode raft;

    NodeSamples(RaftPorts ports, HttpCounters counters, Path dataDirectory, DiskGuard disk, Clock clock) {
        this.ports = ports;
        this.counters = counters;
        this.dataDirectory = dataDirectory;
        this.disk = disk;
        this.clock = clock;
    }

    void attach(GroupService service) {
        groups = service;
    }

    void attach(LeaderDuties leaderDuties) {
        duties = leaderDuties;
    }

    void attach(RaftNode node) {
        raft = node;
    }

    Samples samples() {
        return new Samples(
                this::raft, this::sources, this::streams, this::groups, this::http, this::freeDiskBytes, disk::isFull);
    }

    private Samples.Raft raft() {
        Leadership leadership = ports.leadership();
        RaftNode node = raft;
        return new Samples.Raft(
                leadership.leads(),
                leadership.leader().isPresent(),
                leadership.term(),
                node == null ? 0 : ports.appliedIndex(),
                node == null ? 0 : node.status().commitIndex());
    }

    private List<Samples.Source> sources() {
        LeaderDuties leaderDuties = duties;
        return leaderDuties == null
                ? List.of()
                : leaderDuties.sourceStatus().stream().map(this::source).toList();
    }

    private Samples.Source source(SourceStatus status) {
        long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        boolean behind = !status.caughtUp() && status.lastCommitMicros() > 0;
        return new Samples.Source(
                status.source(),
                status.state() == SourceStatus.State.STREAMING,
                status.state() == SourceStatus.State.STOPPED,
                status.lagBytes(),
                behind ? Math.max(0, nowMicros - status.lastCommitMicros()) / 1e6 : 0,
                status.retainedWalBytes());
    }

    private List<Samples.Stream> streams() {
        if (raft == null) {
            return List.of();
        }
        try (MachineView view = ports.openView()) {
            return view.streams().stream().map(NodeSamples::stream).toList();
        }
    }

    private static Samples.Stream stream(StreamState stream) {
        return new Samples.Stream(
                stream.name(), stream.end() - stream.earliest(), stream.bytes(), stream.earliest(), stream.end());
    }

    private List<Samples.Group> groups() {
        GroupService service = groups;
        if (service == null || !ports.leadership().leads()) {
            return List.of();
        }
        return service.list().stream().map(NodeSamples::group).toList();
    }

    private static Samples.Group group(GroupService.Described described) {
        return new Samples.Group(
                described.group().name(),
                described.backlog(),
                described.group().leased(),
                described.group().delayed(),
                described.group().ready(),
                described.oldestUnsettledMillis() / 1e3,
                described.filterFailures(),
                described.group().losses().atMost(),
                described.group().dying(),
                described.group().deadLetters());
    }

    private Samples.Http http() {
        Map<String, Long> refusals = Arrays.stream(HttpCounters.Limit.values())
                .collect(Collectors.toMap(HttpCounters.Limit::word, counters::hits));
        return new Samples.Http(
                refusals,
                counters.openConnections(),
                counters.forwarded(),
                counters.clientsGone(),
                counters.answersGivenBack(),
                counters.bufferedBodyBytes(),
                counters.unsentAnswerBytes(),
                counters.tlsReloadFailures(),
                counters.tlsExpirySeconds());
    }

    private long freeDiskBytes() {
        try {
            return Files.getFileStore(dataDirectory).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
