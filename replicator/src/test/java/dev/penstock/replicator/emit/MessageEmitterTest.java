package dev.penstock.replicator.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageEmitterTest {

    private static final List<Emission> ONE = List.of(new Emission("penstock:m:q", new byte[] {1}));

    private final Server server = new Server();
    private final MessageEmitter emitter = new MessageEmitter(server);

    /** Takes messages, or fails, or waits. */
    private static final class Server implements EmitServer {
        final AtomicInteger connects = new AtomicInteger();
        final AtomicInteger closes = new AtomicInteger();
        volatile boolean down;
        volatile boolean failing;
        volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public Session connect() throws EmitFault {
            connects.incrementAndGet();
            if (down) {
                throw new EmitFault("down", false, null);
            }
            return new Session() {
                @Override
                public int emit(List<Emission> messages) throws EmitFault {
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        throw new EmitFault("interrupted", true, e);
                    }
                    if (failing) {
                        throw new EmitFault("lost", true, null);
                    }
                    return 700 + messages.size();
                }

                @Override
                public boolean isAlive() {
                    return true;
                }

                @Override
                public void close() {
                    closes.incrementAndGet();
                }
            };
        }
    }

    @AfterEach
    void stop() {
        emitter.close();
    }

    private CompletableFuture<Integer> emit() {
        return emitter.emit(ONE, System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
    }

    private static EmitFault faultOf(CompletableFuture<Integer> outcome) {
        try {
            outcome.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EmitFault fault) {
                return fault;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("expected a fault");
    }

    @Test
    void shouldCompleteWithTheTransaction() throws Exception {
        assertThat(emit().get(20, TimeUnit.SECONDS)).isEqualTo(701);
    }

    @Test
    void shouldConnectAnewAfterAConnectionFailed() throws Exception {
        server.failing = true;
        assertThat(faultOf(emit()).outcomeUnknown()).isTrue();
        server.failing = false;

        assertThat(emit().get(20, TimeUnit.SECONDS)).isEqualTo(701);
        assertThat(server.closes.get()).isEqualTo(1);
        assertThat(server.connects.get()).isEqualTo(2);
    }

    @Test
    void shouldTellAllWhileTheServerIsDownWithoutTryingForEach() {
        server.down = true;
        assertThat(faultOf(emit()).outcomeUnknown()).isFalse();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(emit());
        }

        assertThat(all).allSatisfy(one -> assertThat(faultOf(one)).hasMessage("down"));
        assertThat(server.connects.get()).isLessThan(100);
    }

    @Test
    void shouldNotBeginWhatIsTooLate() throws Exception {
        assertThat(faultOf(emitter.emit(ONE, System.nanoTime() - 1))).hasMessageContaining("nothing was sent");
        assertThat(server.connects.get()).isZero();
    }

    @Test
    void shouldRefuseWhatWouldWaitBehindTooMany() throws Exception {
        server.gate = new CountDownLatch(1);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            all.add(emit());
        }
        assertThat(all.get(1_099)).isCompletedExceptionally();

        server.gate.countDown();
        assertThat(all.get(0).get(20, TimeUnit.SECONDS)).isEqualTo(701);
    }

    @Test
    void shouldTellWhatWaitsWhenItEnds() {
        server.gate = new CountDownLatch(1);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(emit());
        }
        emitter.close();

        assertThatThrownBy(() -> all.get(19).get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(EmitFault.class);
        assertThat(emit()).isCompletedExceptionally();
    }
}
