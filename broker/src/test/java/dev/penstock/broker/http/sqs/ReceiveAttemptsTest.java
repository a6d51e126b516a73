package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.Lsn;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReceiveAttemptsTest {

    private final AtomicLong nanos = new AtomicLong();
    private final ReceiveAttempts attempts = new ReceiveAttempts(nanos::get);

    private static Received received(String handle, int bytes) {
        RenderedEvent event =
                new RenderedEvent(1, new UUID(1, 1), new byte[bytes], Action.INSERT, "a", "b", new Lsn(1), 1);
        return new Received(1, 1, List.of(new Delivery(handle, 1, 1, event)));
    }

    @Test
    void shouldForgetAfterFiveMinutes() {
        attempts.remember("g", "a", received("h", 10));
        nanos.set(Duration.ofMinutes(5).toNanos() - 1);
        assertThat(attempts.find("g", "a")).isPresent();
        assertThat(attempts.find("other", "a")).isEmpty();

        nanos.set(Duration.ofMinutes(5).toNanos());

        assertThat(attempts.find("g", "a")).isEmpty();
    }

    @Test
    void shouldForgetTheOldestBeyondItsBound() {
        for (int i = 0; i < 40; i++) {
            attempts.remember("g", "a" + i, received("h" + i, 1 << 20));
        }

        assertThat(attempts.find("g", "a0")).isEmpty();
        assertThat(attempts.find("g", "a39")).isPresent();
    }

    @Test
    void shouldTakeTheNewMessagesOfAnAttemptThatIsRepeated() {
        attempts.remember("g", "a", received("old", 10));
        attempts.remember("g", "a", received("new", 10));

        attempts.touched(List.of("old"));
        assertThat(attempts.find("g", "a")).isPresent();

        attempts.touched(List.of("new"));
        assertThat(attempts.find("g", "a")).isEmpty();
    }
}
