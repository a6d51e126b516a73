package dev.penstock.broker.http.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.http.TestNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The channel between peers over a real server. */
class PeerChannelIT {

    private static final Duration LONG = Duration.ofSeconds(10);

    private TestNode node;
    private EventLoops loops;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        loops = new EventLoops(1);
    }

    @AfterEach
    void stop() {
        node.close();
        loops.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PeerFailure failure(CompletableFuture<?> call) {
        return assertThatThrownBy(call::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .asInstanceOf(InstanceOfAssertFactories.type(PeerFailure.class))
                .actual();
    }

    @Test
    void shouldCarryCallsAndAnswers() {
        node.peerEndpoints.add("/echo", call -> CompletableFuture.completedFuture(call.body()));

        byte[] answer =
                node.peerClient.call(node.uri(), "/echo", bytes("hello"), LONG).join();

        assertThat(answer).isEqualTo(bytes("hello"));
    }

    @Test
    void shouldTellWhoCalls() {
        node.peerEndpoints.add("/who", call -> CompletableFuture.completedFuture(bytes(call.caller())));

        assertThat(node.peerClient.call(node.uri(), "/who", new byte[0], LONG).join())
                .isEqualTo(bytes("n1"));
    }

    @Test
    void shouldCarryLargeBodiesBothWays() {
        byte[] large = new byte[20 << 20];
        Arrays.fill(large, (byte) 7);
        node.peerEndpoints.add("/echo", call -> CompletableFuture.completedFuture(call.body()));

        assertThat(node.peerClient.call(node.uri(), "/echo", large, LONG).join())
                .isEqualTo(large);
    }

    @Test
    void shouldCarryManyCallsAtOnce() {
        node.peerEndpoints.add("/echo", call -> CompletableFuture.completedFuture(call.body()));
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();

        for (int i = 0; i < 5_000; i++) {
            answers.add(node.peerClient.call(node.uri(), "/echo", bytes("call " + i), LONG));
        }

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).join()).isEqualTo(bytes("call " + i));
        }
    }

    @Test
    void shouldRefuseACallerWithAnotherSecret() {
        // given a client of another cluster
        PeerKeys others = new PeerKeys(bytes("a secret of another cluster"));
        AtomicInteger calls = new AtomicInteger();
        node.peerEndpoints.add("/echo", call -> {
            calls.incrementAndGet();
            return CompletableFuture.completedFuture(call.body());
        });
        try (PeerClient stranger = new PeerClient(loops, others, "n9", Optional.empty())) {
            PeerFailure failure = failure(stranger.call(node.uri(), "/echo", bytes("x"), LONG));

            assertThat(failure.kind()).isEqualTo(PeerFailure.Kind.NOT_SENT);
        }
        assertThat(calls).hasValue(0);
    }

    @Test
    void shouldSayThatNothingIsAtAPath() {
        PeerFailure failure = failure(node.peerClient.call(node.uri(), "/nothing", new byte[0], LONG));

        assertThat(failure.kind()).isEqualTo(PeerFailure.Kind.REFUSED);
    }

    @Test
    void shouldSayThatAPeerIsNotThere() {
        PeerFailure failure =
                failure(node.peerClient.call(URI.create("http://127.0.0.1:1"), "/echo", new byte[0], LONG));

        assertThat(failure.kind()).isEqualTo(PeerFailure.Kind.NOT_SENT);
    }

    @Test
    void shouldReportAFailingHandler() {
        node.peerEndpoints.add("/broken", call -> CompletableFuture.failedFuture(new IllegalStateException("broken")));
        node.peerEndpoints.add("/throws", call -> {
            throw new IllegalStateException("thrown");
        });

        assertThat(failure(node.peerClient.call(node.uri(), "/broken", new byte[0], LONG)))
                .hasMessageContaining("broken");
        assertThat(failure(node.peerClient.call(node.uri(), "/throws", new byte[0], LONG)))
                .hasMessageContaining("thrown");
    }

    @Test
    void shouldGiveUpAfterTheTimeoutAndTellThePeer() {
        AtomicInteger cancelled = new AtomicInteger();
        node.peerEndpoints.add("/silent", call -> {
            call.onCancelled(cancelled::incrementAndGet);
            return new CompletableFuture<>();
        });

        PeerFailure failure = failure(node.peerClient.call(node.uri(), "/silent", new byte[0], Duration.ofMillis(200)));

        assertThat(failure.kind()).isEqualTo(PeerFailure.Kind.UNKNOWN);
        await().untilAtomic(cancelled, org.hamcrest.Matchers.equalTo(1));
    }

    @Test
    void shouldTellThePeerOfACancelledCall() {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        node.peerEndpoints.add("/silent", call -> {
            begun.incrementAndGet();
            call.onCancelled(cancelled::incrementAndGet);
            return new CompletableFuture<>();
        });
        CompletableFuture<byte[]> call = node.peerClient.call(node.uri(), "/silent", new byte[0], LONG);
        await().until(() -> begun.get() == 1);

        call.cancel(false);

        await().until(() -> cancelled.get() == 1);
    }

    @Test
    void shouldTellThePeerOfAnAnswerThatCouldNotBeUsed() {
        AtomicInteger unused = new AtomicInteger();
        node.peerEndpoints.add("/grant", call -> {
            call.onUnused(unused::incrementAndGet);
            return CompletableFuture.completedFuture(bytes("granted"));
        });
        PeerAnswer answer =
                node.peerClient.ask(node.uri(), "/grant", new byte[0], LONG).join();
        assertThat(unused).hasValue(0);

        answer.unused().run();
        answer.unused().run();

        await().until(() -> unused.get() == 1);
    }

    @Test
    void shouldFailOpenCallsWhenThePeerGoes() {
        AtomicInteger begun = new AtomicInteger();
        node.peerEndpoints.add("/silent", call -> {
            begun.incrementAndGet();
            return new CompletableFuture<>();
        });
        PeerKeys keys = new PeerKeys(bytes("a secret of the test cluster"));
        try (PeerClient client = new PeerClient(loops, keys, "n2", Optional.empty())) {
            CompletableFuture<byte[]> call = client.call(node.uri(), "/silent", new byte[0], LONG);
            await().until(() -> begun.get() == 1);

            node.close();

            assertThat(failure(call).kind()).isEqualTo(PeerFailure.Kind.UNKNOWN);
        }
    }

    @Test
    void shouldRefuseShortSecrets() {
        assertThatThrownBy(() -> new PeerKeys(bytes("short")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 16 bytes");
    }
}
