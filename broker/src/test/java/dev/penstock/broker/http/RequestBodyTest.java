package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class RequestBodyTest {

    private final HttpLimits limits = HttpLimits.defaults();
    private final HttpCounters counters = new HttpCounters();

    private RequestBody body(long contentLength) {
        return new RequestBody(contentLength, 100_000, limits, counters);
    }

    @Test
    void shouldTakeMemoryForWhatHasArrivedOnly() {
        try (RequestBody body = body(100_000)) {
            body.add(Unpooled.wrappedBuffer(new byte[] {1, 2}));

            assertThat(counters.bufferedBodyBytes()).isBetween(2L, 1_000L);
            body.add(Unpooled.wrappedBuffer(new byte[] {3}));
            assertThat(body.bytes()).containsExactly(1, 2, 3);
        }
        assertThat(counters.bufferedBodyBytes()).isZero();
    }

    @Test
    void shouldRefuseWhatIsAnnouncedAboveTheBound() {
        assertThatThrownBy(() -> body(100_001)).hasMessageContaining("at most 100000 bytes");
        try (RequestBody body = body(-1)) {
            body.add(Unpooled.wrappedBuffer(new byte[60_000]));

            assertThatThrownBy(() -> body.expect(40_001)).hasMessageContaining("at most 100000 bytes");
        }
        assertThat(counters.bufferedBodyBytes()).isZero();
    }

    @Test
    void shouldTakeSmallBodiesOnlyWhileTheNodeIsFullOfLargeOnes() {
        counters.addBufferedBodyBytes(limits.maxBufferedBodyBytes());
        try (RequestBody small = body(16 * 1024);
                RequestBody large = body(16 * 1024 + 1)) {
            small.add(Unpooled.wrappedBuffer(new byte[16 * 1024]));

            assertThatThrownBy(() -> large.add(Unpooled.wrappedBuffer(new byte[16 * 1024 + 1])))
                    .isInstanceOfSatisfying(
                            HttpFailure.class,
                            failure -> assertThat(failure.problem()).isEqualTo(Problem.OVERLOADED));
        }
        assertThat(counters.bufferedBodyBytes()).isEqualTo(limits.maxBufferedBodyBytes());
    }
}
