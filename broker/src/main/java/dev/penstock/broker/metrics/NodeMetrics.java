package dev.penstock.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of one node. {@link #committed}, {@link #undecided} and {@link #answered} are called on hot paths by any
 * thread and never block; {@link #scrape} reads the store, so call it where that is allowed.
 */
public final class NodeMetrics implements AutoCloseable {

    /** A thousand groups would be most of the answer, and too many series for whoever collects them. */
    static final int MAX_GROUPS = 200;

    /** More routes than there are; keeps a mistake from becoming a leak. */
    private static final int MAX_ROUTES = 200;

    private static final String OTHER_ROUTE = "other";

    private static final Logger LOG = LoggerFactory.getLogger(NodeMetrics.class);

    /** From a commit on a fast disk to one that only just makes it. */
    private static final Duration[] COMMIT_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000);

    /** From a read of memory to a long poll. */
    private static final Duration[] HTTP_BUCKETS = millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 20_000);

    private static final Samples.Raft NO_RAFT = new Samples.Raft(false, false, 0, 0, 0);
    private static final Samples.Http NO_HTTP = new Samples.Http(Map.of(), 0, 0, 0, 0, 0, 0, 0, 0);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Samples samples;
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final Map<Metric, MultiGauge> labelled = new EnumMap<>(Metric.class);
    private final Map<Lane, Timer> commits = new EnumMap<>(Lane.class);
    private final Map<String, Timer[]> requests = new ConcurrentHashMap<>();

    private volatile Samples.Raft raft = NO_RAFT;
    private volatile Samples.Http http = NO_HTTP;
    private volatile int groups;
    private volatile long freeDiskBytes;

    /** The two ways into the log. */
    public enum Lane {
        LEASE,
        APPEND;

        String word() {
            return this == LEASE ? "lease" : "append";
        }
    }

    public NodeMetrics(String cluster, String node, String version, Samples samples) {
        this.samples = samples;
        Gauge.builder(Metric.NODE.meterName(), () -> 1)
                .description(Metric.NODE.doc())
                .tags("cluster", cluster, "node", node, "version", version)
                .register(registry);
        registerRaft();
        registerHttp();
        gauge(Metric.GROUPS, metrics -> metrics.groups);
        gauge(Metric.GROUPS_NOT_SHOWN, metrics -> Math.max(0, metrics.groups - MAX_GROUPS));
        gauge(Metric.DISK_FREE, metrics -> metrics.freeDiskBytes);
        gauge(Metric.DISK_FULL, metrics -> metrics.samples.diskFull().getAsBoolean() ? 1 : 0);
        registerProcess();
    }

    private void registerRaft() {
        gauge(Metric.RAFT_LEADER, metrics -> metrics.raft.leads() ? 1 : 0);
        gauge(Metric.RAFT_LEADER_KNOWN, metrics -> metrics.raft.leaderKnown() ? 1 : 0);
        gauge(Metric.RAFT_TERM, metrics -> metrics.raft.term());
        gauge(Metric.RAFT_APPLIED_INDEX, metrics -> metrics.raft.appliedIndex());
        gauge(Metric.RAFT_COMMIT_INDEX, metrics -> metrics.raft.commitIndex());
        for (Lane lane : Lane.values()) {
            commits.put(lane, timer(Metric.RAFT_COMMIT, COMMIT_BUCKETS, "lane", lane.word()));
        }
    }

    private void registerHttp() {
        gauge(Metric.HTTP_CONNECTIONS, metrics -> metrics.http.connections());
        gauge(Metric.HTTP_BUFFERED, metrics -> metrics.http.bufferedBodyBytes());
        gauge(Metric.HTTP_UNSENT, metrics -> metrics.http.unsentAnswerBytes());
        counter(Metric.HTTP_FORWARDED, Tags.empty(), metrics -> metrics.http.forwarded());
        counter(Metric.HTTP_CLIENTS_GONE, Tags.empty(), metrics -> metrics.http.clientsGone());
        gauge(Metric.HTTP_TLS_EXPIRY, metrics -> metrics.http.tlsExpirySeconds());
        counter(Metric.HTTP_TLS_RELOADS, Tags.empty(), metrics -> metrics.http.tlsReloadFailures());
        counter(Metric.HTTP_GIVEN_BACK, Tags.empty(), metrics -> metrics.http.answersGivenBack());
    }

    private void registerProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    private void gauge(Metric metric, ToDoubleFunction<NodeMetrics> value) {
        Gauge.builder(metric.meterName(), this, value).description(metric.doc()).register(registry);
    }

    private void counter(Metric metric, Tags tags, ToDoubleFunction<NodeMetrics> value) {
        FunctionCounter.builder(metric.meterName(), this, value)
                .description(metric.doc())
                .tags(tags)
                .register(registry);
    }

    private Timer timer(Metric metric, Duration[] buckets, String... tags) {
        return Timer.builder(metric.meterName())
                .description(metric.doc())
                .serviceLevelObjectives(buckets)
                .tags(tags)
                .register(registry);
    }

    /** An entry was applied on the leader, so long after it was handed over. */
    public void committed(Lane lane, long nanos) {
        Timer timer = commits.get(lane);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * An entry got no decision.
     *
     * @param reason a word, of which there are few
     */
    public void undecided(Lane lane, String reason) {
        // Rare, so it may look its counter up.
        Counter.builder(Metric.RAFT_UNDECIDED.meterName())
                .description(Metric.RAFT_UNDECIDED.doc())
                .tags("lane", lane.word(), "reason", reason)
                .register(registry)
                .increment();
    }

    /** @param route the route's name, of which there are few */
    public void answered(String route, int status, long nanos) {
        Timer[] ofRoute = requests.get(route);
        if (ofRoute == null) {
            String bounded = requests.size() < MAX_ROUTES ? route : OTHER_ROUTE;
            ofRoute = requests.computeIfAbsent(bounded, this::timersOf);
        }
        int statusClass = status / 100;
        ofRoute[statusClass >= 1 && statusClass <= 5 ? statusClass - 1 : 4].record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer[] timersOf(String route) {
        Timer[] timers = new Timer[5];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = timer(Metric.HTTP_REQUESTS, HTTP_BUCKETS, "route", route, "status", (i + 1) + "xx");
        }
        return timers;
    }

    /** All metrics in Prometheus' text format. */
    public synchronized String scrape() {
        raft = sample(samples.raft(), raft);
        sampleHttp();
        freeDiskBytes = sample(samples.freeDiskBytes()::getAsLong, freeDiskBytes);
        sampleSources(sample(samples.sources(), List.of()));
        sampleStreams(sample(samples.streams(), List.of()));
        sampleGroups(sample(samples.groups(), List.of()));
        return registry.scrape();
    }

    /** One part that fails, as it may while a node starts or stops, leaves the others. */
    private static <T> T sample(Supplier<T> supplier, T otherwise) {
        try {
            return supplier.get();
        } catch (RuntimeException e) {
            LOG.warn("A part of the metrics could not be read: {}", e.toString());
            return otherwise;
        }
    }

    private void sampleHttp() {
        http = sample(samples.http(), http);
        for (String limit : http.refusals().keySet()) {
            // Registering what is registered already changes nothing.
            counter(
                    Metric.HTTP_REFUSALS,
                    Tags.of("limit", limit),
                    metrics -> metrics.http.refusals().getOrDefault(limit, 0L));
        }
    }

    private void sampleSources(List<Samples.Source> sources) {
        rows(Metric.SOURCE_UP, "source", sources, Samples.Source::name, source -> source.streaming() ? 1 : 0);
        rows(Metric.SOURCE_STOPPED, "source", sources, Samples.Source::name, source -> source.stopped() ? 1 : 0);
        rows(Metric.SOURCE_LAG_BYTES, "source", sources, Samples.Source::name, Samples.Source::lagBytes);
        rows(Metric.SOURCE_LAG_SECONDS, "source", sources, Samples.Source::name, Samples.Source::lagSeconds);
        List<Samples.Source> known = sources.stream()
                .filter(source -> source.retainedWalBytes() >= 0)
                .toList();
        rows(Metric.SOURCE_RETAINED_WAL, "source", known, Samples.Source::name, Samples.Source::retainedWalBytes);
    }

    private void sampleStreams(List<Samples.Stream> streams) {
        rows(Metric.STREAM_EVENTS, "stream", streams, Samples.Stream::name, Samples.Stream::events);
        rows(Metric.STREAM_BYTES, "stream", streams, Samples.Stream::name, Samples.Stream::bytes);
        rows(Metric.STREAM_EARLIEST, "stream", streams, Samples.Stream::name, Samples.Stream::earliest);
        rows(Metric.STREAM_END, "stream", streams, Samples.Stream::name, Samples.Stream::endOffset);
    }

    private void sampleGroups(List<Samples.Group> all) {
        groups = all.size();
        List<Samples.Group> shown = all.stream()
                .sorted(Comparator.comparingLong(Samples.Group::backlog)
                        .reversed()
                        .thenComparing(Samples.Group::name))
                .limit(MAX_GROUPS)
                .toList();
        rows(Metric.GROUP_BACKLOG, "group", shown, Samples.Group::name, Samples.Group::backlog);
        rows(Metric.GROUP_IN_FLIGHT, "group", shown, Samples.Group::name, Samples.Group::inFlight);
        rows(Metric.GROUP_DELAYED, "group", shown, Samples.Group::name, Samples.Group::delayed);
        rows(Metric.GROUP_READY, "group", shown, Samples.Group::name, Samples.Group::ready);
        rows(Metric.GROUP_LOST, "group", shown, Samples.Group::name, Samples.Group::lostAtMost);
        rows(Metric.GROUP_FILTER_FAILURES, "group", shown, Samples.Group::name, Samples.Group::filterFailures);
        rows(Metric.GROUP_DYING, "group", shown, Samples.Group::name, Samples.Group::dying);
        rows(Metric.GROUP_DEAD_LETTERS, "group", shown, Samples.Group::name, Samples.Group::deadLetters);
        rows(Metric.GROUP_OLDEST, "group", shown, Samples.Group::name, Samples.Group::oldestUnsettledSeconds);
    }

    /** Replaces the rows of a labelled gauge: what is gone disappears. */
    private <T> void rows(
            Metric metric, String label, List<T> items, Function<T, String> name, ToDoubleFunction<T> value) {
        MultiGauge gauge = labelled.computeIfAbsent(
                metric,
                of -> MultiGauge.builder(of.meterName()).description(of.doc()).register(registry));
        gauge.register(
                items.stream()
                        .map(item -> MultiGauge.Row.of(Tags.of(label, name.apply(item)), value.applyAsDouble(item)))
                        .toList(),
                true);
    }

    private static Duration[] millis(long... numbers) {
        Duration[] durations = new Duration[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            durations[i] = Duration.ofMillis(numbers[i]);
        }
        return durations;
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
