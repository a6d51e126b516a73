package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How the loop spends its time: waits, back-off, and what it shows while something keeps failing. */
class SourceLoopTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** A way to the log that can be shut: what goes in then is not applied, and answered never or with a failure. */
    private static final class Gate implements FakeSourceLog.Transport {
        private boolean shut;
        private boolean failing;
        private boolean broken;

        @Override
        public <T> CompletableFuture<T> carry(Supplier<T> command) {
            if (broken) {
                throw new IllegalStateException("the way to the log is closed");
            }
            if (failing) {
                return CompletableFuture.failedFuture(new TimeoutException("no answer"));
            }
            return shut ? new CompletableFuture<>() : CompletableFuture.completedFuture(command.get());
        }
    }

    private final Gate gate = new Gate();
    private final FakeSourceLog log = new FakeSourceLog("main", gate);
    private final FakeWalsender walsender = new FakeWalsender(new SplittableRandom(1), confirmed -> {});
    private final SourceLoop loop = new SourceLoop(
            config(),
            log,
            walsender.serverFor("penstock:cluster:n1:1"),
            1,
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            new Random(1),
            () -> {});
    private long nowNanos = 1;

    private static SourceConfig config() {
        return new SourceConfig(
                "main",
                "jdbc:none",
                "role",
                () -> "",
                FakeWalsender.SLOT,
                FakeWalsender.PUBLICATION,
                List.of(),
                "cluster",
                "n1",
                new SourceConfig.Limits(1 << 20, 64, 8, 0, 64, 15_000));
    }

    private void stream() {
        for (int i = 0; i < 1_000 && loop.status().state() != SourceStatus.State.STREAMING; i++) {
            nowNanos += Math.max(MILLI, loop.step(nowNanos));
        }
        assertThat(loop.status().state()).isEqualTo(SourceStatus.State.STREAMING);
        assertThat(loop.status().durable()).isNotEqualTo(Lsn.ZERO);
    }

    @Test
    void shouldRestWhileItsPipelineIsFull() {
        // given: more than the pipeline takes, and no answer
        stream();
        gate.shut = true;
        for (int i = 0; i < 50; i++) {
            walsender.commitSomething();
        }
        for (int i = 0; i < 200; i++) {
            loop.step(nowNanos);
        }

        // when, then: every further step asks to be waited for, however short the time since
        for (int i = 0; i < 100; i++) {
            nowNanos += MILLI / 10;
            assertThat(loop.step(nowNanos)).isPositive();
        }
        assertThat(loop.status().state()).isEqualTo(SourceStatus.State.STREAMING);
    }

    @Test
    void shouldBackOffAlsoWhereMessagesArriveBeforeEachFault() {
        // given: messages come on every connection, and nothing of them gets into the log
        stream();
        gate.failing = true;
        for (int i = 0; i < 5; i++) {
            walsender.commitSomething();
        }
        long waited = 0;

        // when
        for (int fault = 0; fault < 12; fault++) {
            stream();
            waited = untilRetrying();
            nowNanos += waited;
        }

        // then
        assertThat(waited).isGreaterThanOrEqualTo(5 * SECOND / 2);

        // and: what is accepted resets it
        gate.failing = false;
        stream();
        for (int i = 0; i < 500; i++) {
            nowNanos += MILLI;
            loop.step(nowNanos);
        }
        assertThat(log.eventCount()).isPositive();
        walsender.cut();
        assertThat(untilRetrying()).isLessThanOrEqualTo(100 * MILLI);
    }

    @Test
    void shouldBackOffAnewAfterAnIdleConnectionThatLived() {
        // given
        stream();
        for (int fault = 0; fault < 10; fault++) {
            walsender.cut();
            nowNanos += untilRetrying();
            stream();
        }

        // when: nothing to store, for longer than the longest back-off
        for (int i = 0; i < 400; i++) {
            nowNanos += 100 * MILLI;
            loop.step(nowNanos);
        }
        walsender.cut();

        // then
        assertThat(untilRetrying()).isLessThanOrEqualTo(100 * MILLI);
    }

    @Test
    void shouldOutliveALogThatThrowsWhileAGapIsRecorded() {
        // given: the server is another one, and the log takes nothing
        stream();
        log.put(ofAnotherServer(log.state().orElseThrow()));
        gate.broken = true;
        walsender.cut();

        // when
        nowNanos += untilRetrying();
        long wait = 0;
        for (int i = 0; i < 1_000 && !loop.status().code().equals("internal_error"); i++) {
            nowNanos += MILLI;
            wait = loop.step(nowNanos);
        }

        // then: a fault like any other, with its own word and a wait
        assertThat(loop.status().code()).isEqualTo("internal_error");
        assertThat(loop.status().state()).isEqualTo(SourceStatus.State.RETRYING);
        assertThat(wait).isPositive();

        // and: recorded as soon as the log takes it
        gate.broken = false;
        for (int i = 0; i < 1_000 && log.eventCount() == 0; i++) {
            nowNanos += Math.max(MILLI, loop.step(nowNanos));
        }
        assertThat(log.state().orElseThrow().phase()).isEqualTo(SourceState.Phase.STOPPED);
        assertThat(log.state().orElseThrow().stopReason()).startsWith("system_changed: ");
    }

    /** A leader that does not know that it is deposed sees a gap where its successor only went on. */
    @Test
    void shouldShowAGapOnlyWhenTheLogHoldsIt() {
        // given: the slot stands beyond what this leader knows, and the log does not take its word
        stream();
        gate.failing = true;
        walsender.advanceSlot();

        // when
        for (int i = 0; i < 1_000; i++) {
            nowNanos += 10 * MILLI;
            loop.step(nowNanos);
            assertThat(loop.status().state()).isNotEqualTo(SourceStatus.State.STOPPED);
        }

        // then: stopped as soon as the log does
        gate.failing = false;
        for (int i = 0; i < 1_000 && loop.status().state() != SourceStatus.State.STOPPED; i++) {
            nowNanos += 10 * MILLI;
            loop.step(nowNanos);
        }
        assertThat(loop.status().code()).isEqualTo("slot_advanced");
        assertThat(log.state().orElseThrow().phase()).isEqualTo(SourceState.Phase.STOPPED);
    }

    private static SourceState ofAnotherServer(SourceState was) {
        return new SourceState(
                was.name(),
                was.streamId(),
                was.database(),
                was.slot(),
                was.publication(),
                was.phase(),
                was.epoch(),
                was.last(),
                was.lastInTransaction(),
                was.bound(),
                "123456789:1",
                was.timeline(),
                was.consistentPoint(),
                "");
    }

    private long untilRetrying() {
        long wait = 0;
        for (int i = 0; i < 1_000 && loop.status().state() != SourceStatus.State.RETRYING; i++) {
            nowNanos += MILLI;
            wait = loop.step(nowNanos);
        }
        assertThat(loop.status().state()).isEqualTo(SourceStatus.State.RETRYING);
        return wait;
    }
}
