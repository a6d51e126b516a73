package dev.penstock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FailOverTest {

    private static final String GROUP = "{\"name\":\"g\"}";
    private static final String NO_LEADER = "{\"code\":\"NO_LEADER\",\"detail\":\"no leader\"}";

    private final FakeNode first = new FakeNode();
    private final FakeNode second = new FakeNode();

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private static PenstockClient client(Duration retryFor, URI... urls) {
        return new PenstockClient(
                List.of(urls), "id.secret", ClientOptions.defaults().withRetryFor(retryFor));
    }

    @Test
    void shouldGoToTheNextNodeWhenOneCannotBeReached() {
        // given
        PenstockClient client = client(Duration.ZERO, FakeNode.nowhere(), second.url());
        second.answers(200, GROUP).answers(200, GROUP);

        // when
        client.group("g");
        client.group("g");

        // then
        assertThat(second.asked()).hasSize(2);
    }

    @Test
    void shouldGoToTheNextNodeOn503AndStayThere() {
        // given
        PenstockClient client = client(Duration.ZERO, first.url(), second.url());
        first.answers(503, NO_LEADER);
        second.answers(200, GROUP).answers(200, GROUP);

        // when
        client.group("g");
        client.group("g");

        // then
        assertThat(first.asked()).hasSize(1);
        assertThat(second.asked()).hasSize(2);
    }

    @Test
    void shouldRepeatUntilThereIsALeader() {
        // given
        PenstockClient client = client(Duration.ofSeconds(30), first.url());
        first.answers(503, NO_LEADER, "Retry-After: 0").answers(503, NO_LEADER).answers(200, GROUP);

        // when
        client.group("g");

        // then
        assertThat(first.asked()).hasSize(3);
    }

    @Test
    void shouldGiveTheLast503WhenTheTimeIsOver() {
        // given
        PenstockClient client = client(Duration.ZERO, first.url(), second.url());
        first.answers(503, NO_LEADER);
        second.answers(503, NO_LEADER);

        // then
        assertThatThrownBy(() -> client.group("g")).isInstanceOfSatisfying(PenstockException.class, e -> {
            assertThat(e.code()).isEqualTo("NO_LEADER");
            assertThat(e.isUnavailable()).isTrue();
        });
        assertThat(first.asked().size() + second.asked().size()).isEqualTo(2);
    }

    @Test
    void shouldRepeatAReceiveThatGotNoAnswer() {
        // given
        PenstockClient client = client(Duration.ZERO, first.url(), second.url());
        first.answers(0, "");
        second.answers(200, "{\"messages\":[]}");

        // when
        Received received = client.receive("g", ReceiveOptions.upTo(1));

        // then
        assertThat(received.messages()).isEmpty();
        assertThat(second.asked()).hasSize(1);
    }

    @Test
    void shouldNotRepeatASeekThatMayHaveBeenApplied() {
        // given
        PenstockClient client = client(Duration.ofSeconds(5), first.url(), second.url());
        first.answers(0, "");

        // then
        assertThatThrownBy(() -> client.seek("g", StartAt.latest(), false))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(PenstockException.NO_ANSWER));
        assertThat(first.asked()).hasSize(1);
        assertThat(second.asked()).isEmpty();
    }

    @Test
    void shouldRepeatASeekThatWasNeverSent() {
        // given
        PenstockClient client = client(Duration.ZERO, FakeNode.nowhere(), second.url());
        second.answers(200, "{\"from\":\"1\",\"to\":\"2\",\"events\":1}");

        // then
        assertThat(client.seek("g", StartAt.latest(), false).events()).isEqualTo(1);
    }

    @Test
    void shouldSayThatNoNodeCanBeReached() {
        PenstockClient client = client(Duration.ZERO, FakeNode.nowhere(), FakeNode.nowhere());
        assertThatThrownBy(client::cluster).isInstanceOfSatisfying(PenstockException.class, e -> {
            assertThat(e.code()).isEqualTo(PenstockException.UNREACHABLE);
            assertThat(e.isUnavailable()).isTrue();
            assertThat(e.detail())
                    .contains("2 tries")
                    .contains("ConnectException")
                    .doesNotContain("secret");
        });
    }

    @Test
    void shouldHangUpWhenAReceiveIsCancelled() throws Exception {
        // given
        PenstockClient client = client(Duration.ofSeconds(30), first.url());
        first.answers(-1, "");
        CompletableFuture<Received> receive =
                client.receiveAsync("g", ReceiveOptions.upTo(1).waiting(Duration.ofSeconds(20)));
        assertThatThrownBy(() -> receive.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        // when
        receive.cancel(true);

        // then: it is not sent a second time
        assertThat(receive).isCancelled();
        assertThat(first.asked()).hasSize(1);
    }
}
