package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.raft.TestCluster.Member;
import dev.penstock.storage.machine.Command;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two lanes under load; prints figures. Bounds are loose: the machine may be busy with other tests. */
class LanesIT {
    private static final Logger LOG = LoggerFactory.getLogger(LanesIT.class);
    private static final int KIB = 1 << 10;

    @TempDir
    Path root;

    @Test
    void shouldKeepLeaseCommandsFastWhileAppendsSaturateTheLog() throws Exception {
        try (TestCluster cluster = new TestCluster(root).startAll()) {
            // given
            Member leader = cluster.awaitLeader();
            long[] warm = leaseRoundTripsMicros(leader, 300);
            long[] idle = leaseRoundTripsMicros(leader, 300);
            double alone = appendMegabytesPerSecond(leader, 256 * KIB, 400);
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong appended = new AtomicLong();
            Thread load = new Thread(() -> saturate(leader, stop, appended));
            load.start();
            leaseRoundTripsMicros(leader, 20);
            // when
            long bytesBefore = appended.get();
            long start = System.nanoTime();
            long[] busy = leaseRoundTripsMicros(leader, 300);
            double seconds = (System.nanoTime() - start) / 1e9;
            double beside = (appended.get() - bytesBefore) / seconds / 1e6;
            stop.set(true);
            load.join();
            // then
            LOG.info("FIGURES lease round trip, nothing else: {} (first {})", quantiles(idle), quantiles(warm));
            LOG.info(
                    "FIGURES appends of 256 KiB alone: {} MB/s = {} entries/s",
                    Math.round(alone),
                    Math.round(alone * 1e6 / (256 * KIB)));
            LOG.info(
                    "FIGURES lease round trip beside 1 MiB appends at {} MB/s: {}",
                    Math.round(beside),
                    quantiles(busy));
            assertThat(busy[busy.length / 2]).as("median, microseconds").isLessThan(150_000);
            assertThat(cluster.halts).isEmpty();
        }
    }

    private static long[] leaseRoundTripsMicros(Member leader, int rounds) {
        long[] micros = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            leader.node.submitter().submit(List.of(new Command.Mark())).join();
            micros[i] = (System.nanoTime() - start) / 1_000;
        }
        Arrays.sort(micros);
        return micros;
    }

    private static String quantiles(long[] sortedMicros) {
        return "p50 " + sortedMicros[sortedMicros.length / 2] + " us, p99 "
                + sortedMicros[sortedMicros.length * 99 / 100] + " us";
    }

    private static double appendMegabytesPerSecond(Member leader, int bytes, int count) throws InterruptedException {
        Semaphore pipeline = new Semaphore(32);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            pipeline.acquire();
            var unused = leader.node
                    .submitter()
                    .append(CountingMachine.append(1, i, bytes))
                    .whenComplete((decided, failure) -> pipeline.release());
        }
        pipeline.acquire(32);
        return (double) bytes * count / ((System.nanoTime() - start) / 1e9) / 1e6;
    }

    private static void saturate(Member leader, AtomicBoolean stop, AtomicLong appended) {
        Semaphore pipeline = new Semaphore(16);
        for (long id = 1_000_000; !stop.get(); id++) {
            pipeline.acquireUninterruptibly();
            var unused = leader.node
                    .submitter()
                    .append(CountingMachine.append((int) (id % 2), id, 1 << 20))
                    .whenComplete((decided, failure) -> {
                        appended.addAndGet(failure == null ? 1 << 20 : 0);
                        pipeline.release();
                    });
        }
        pipeline.acquireUninterruptibly(16);
    }
}
