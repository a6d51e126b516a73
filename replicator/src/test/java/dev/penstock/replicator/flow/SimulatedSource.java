package dev.penstock.replicator.flow;

import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.Lsn;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The made-up Postgres, and loops that read it, for simulations outside of this package. */
public final class SimulatedSource {

    public static final String NAME = "main";

    private final SplittableRandom random;
    private final FakeWalsender walsender;

    /** @param confirmations told of each position that is confirmed, before it is believed */
    public SimulatedSource(SplittableRandom random, Consumer<Lsn> confirmations) {
        this.random = random;
        this.walsender = new FakeWalsender(random.split(), confirmations);
    }

    public void commitSomething() {
        walsender.commitSomething();
    }

    /** What the log must hold in the end, a line per event, positions included. */
    public List<String> expected() {
        return walsender.expected();
    }

    public static String line(ChangeEvent event) {
        return FakeWalsender.line(event);
    }

    public Lsn confirmed() {
        return walsender.confirmed();
    }

    public Lsn end() {
        return walsender.end();
    }

    public int reconnects() {
        return walsender.reconnects;
    }

    /** Ends the present connection, wherever in a transaction it is. */
    public void cut() {
        walsender.cut();
    }

    /** @param confirmedAtCheckpoint what of the confirmed position survives */
    public void crash(Lsn confirmedAtCheckpoint) {
        walsender.crash(confirmedAtCheckpoint.value());
    }

    /** A replicator as the leader of {@code term} starts it, to be led step by step. */
    public Reader reader(SourceLog log, String nodeId, long term) {
        SourceConfig config = new SourceConfig(
                NAME,
                "jdbc:none",
                "role",
                () -> "",
                FakeWalsender.SLOT,
                FakeWalsender.PUBLICATION,
                List.of(),
                "cluster",
                nodeId,
                new SourceConfig.Limits(
                        1 << 20,
                        50 + random.nextInt(400),
                        1 + random.nextInt(8),
                        random.nextInt(5),
                        1 + random.nextInt(1500),
                        15_000));
        String name = ReaderName.of(config.clusterId(), nodeId, term).toString();
        return new Reader(new SourceLoop(
                config,
                log,
                walsender.serverFor(name),
                term,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                new Random(random.nextLong()),
                () -> {}));
    }

    /** One leader's replicator. */
    public static final class Reader {
        private final SourceLoop loop;

        Reader(SourceLoop loop) {
            this.loop = loop;
        }

        /** Returns how long to wait before the next step, in nanoseconds. */
        public long step(long nowNanos) {
            return loop.step(nowNanos);
        }

        public void closing() {
            loop.closing();
        }

        public SourceStatus status() {
            return loop.status();
        }
    }
}
