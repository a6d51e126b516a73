package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.MessageSending.Sent;
import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupConfig.Ordering;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queues that are sent to, from the log to the receiver, on one thread. */
class QueueDeliveryTest {

    private static final MessageFacts PLAIN = MessageFacts.NONE;

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final AtomicLong nanos = new AtomicLong();
    private final LogBatches batches = new LogBatches(1 << 20);
    private SteppedGroups stepped = stepped();
    private Events events;

    private SteppedGroups stepped() {
        return new SteppedGroups(
                log,
                log,
                log,
                batches,
                new ReceiptSeal("a secret of this cluster, 32 characters long"),
                Runnable::run,
                Clock.systemUTC(),
                120_000,
                nanos::get);
    }

    @BeforeEach
    void openSource() {
        events = Events.open(log);
    }

    private void queue(String name, Ordering ordering, long delayMillis) {
        GroupConfig config = new GroupConfig(
                30_000,
                0,
                ordering,
                GroupConfig.Mode.CHANGES,
                List.of(),
                List.of(),
                "",
                delayMillis,
                0,
                false,
                Optional.of(QueueConfig.defaults()),
                "");
        stepped.service()
                .create(name, "main", new StartPosition.Latest(), config)
                .join();
    }

    private static MessageFacts delay(int seconds) {
        return new MessageFacts(seconds, 0, 0);
    }

    private void send(String queue, String content, MessageFacts facts) {
        events.message("penstock:m:" + queue, content, 7, 77, facts);
    }

    private CompletableFuture<Received> waiting(String queue) {
        return stepped.service().receive(new ReceiveRequest(queue, 10, 60_000, OptionalLong.empty(), 4 << 20));
    }

    /** What a receive gets that does not wait; acked. */
    private List<String> receive(String queue) {
        CompletableFuture<Received> answer =
                stepped.service().receive(new ReceiveRequest(queue, 10, 0, OptionalLong.empty(), 4 << 20));
        for (int i = 0; i < 20 && !answer.isDone(); i++) {
            stepped.round();
        }
        stepped.service()
                .ack(
                        queue,
                        answer.join().deliveries().stream()
                                .map(Delivery::receipt)
                                .toList())
                .join();
        return contents(answer);
    }

    private static List<String> contents(CompletableFuture<Received> answer) {
        return answer.join().deliveries().stream()
                .map(delivery -> new String(delivery.event().json(), StandardCharsets.UTF_8)
                        .replaceAll(".*\"content\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        log.advance(millis);
        stepped.round();
    }

    private long backlog(String queue) {
        return stepped.service().describe(queue).orElseThrow().backlog();
    }

    @Test
    void shouldReceiveWhatIsSentToItAndNothingElse() {
        queue("jobs", Ordering.NONE, 0);
        events.insert(Events.ORDERS, 100);
        send("jobs", "one", PLAIN);
        send("other", "not mine", PLAIN);
        events.message("penstock:q:jobs", "two", 8, 77, PLAIN);
        events.message("jobs", "not a queue's", 8, 0, PLAIN);
        events.insert(Events.ORDERS, 100);

        assertThat(backlog("jobs")).isEqualTo(2);
        assertThat(receive("jobs")).containsExactly("one", "two");
        assertThat(backlog("jobs")).isZero();
        send("jobs", "three", PLAIN);
        assertThat(backlog("jobs")).isEqualTo(1);
        assertThat(receive("jobs")).containsExactly("three");
    }

    @Test
    void shouldHideEachMessageForItsOwnDelay() {
        queue("jobs", Ordering.NONE, 10_000);
        send("jobs", "five", delay(5));
        send("jobs", "usual", PLAIN);
        send("jobs", "at once", delay(0));
        send("jobs", "hour", delay(900));

        assertThat(receive("jobs")).containsExactly("at once");
        pass(4_999);
        assertThat(receive("jobs")).isEmpty();
        CompletableFuture<Received> waits = waiting("jobs");
        pass(1);
        stepped.round();
        assertThat(contents(waits)).containsExactly("five");
        stepped.service()
                .ack("jobs", List.of(waits.join().deliveries().get(0).receipt()))
                .join();
        // A new leader knows it from the state alone.
        stepped = stepped();
        pass(5_000);
        assertThat(receive("jobs")).containsExactly("usual");
        pass(890_000);
        assertThat(receive("jobs")).containsExactly("hour");
    }

    @Test
    void shouldReachMoreDelayedMessagesThanOnePlanTells() {
        queue("jobs", Ordering.NONE, 0);
        for (int i = 0; i < 2_500; i++) {
            send("jobs", "later", delay(60));
        }
        send("jobs", "now", PLAIN);

        CompletableFuture<Received> waits = waiting("jobs");
        for (int i = 0; i < 20 && !waits.isDone(); i++) {
            stepped.round();
        }
        assertThat(contents(waits)).containsExactly("now");
        assertThat(stepped.service().describe("jobs").orElseThrow().group().delayed())
                .isEqualTo(2_500);
    }

    @Test
    void shouldDelayAnOrderedQueueAsAWholeAndWakeItsReceives() {
        queue("line", Ordering.KEY, 10_000);
        send("line", "first", delay(0));
        pass(1_000);
        send("line", "second", PLAIN);
        CompletableFuture<Received> waits = waiting("line");
        stepped.round();
        pass(8_999);
        assertThat(waits).isNotDone();
        pass(1);
        stepped.round();
        assertThat(contents(waits)).containsExactly("first");
        stepped.service()
                .ack("line", List.of(waits.join().deliveries().get(0).receipt()))
                .join();
        CompletableFuture<Received> next = waiting("line");
        stepped.round();
        assertThat(next).isNotDone();

        stepped.service()
                .update("line", new GroupChange.Builder().delayMillis(0).build())
                .join();
        stepped.round();
        stepped.round();
        assertThat(contents(next)).containsExactly("second");
    }

    /** One key under several prefixes, parked and freed again and again. */
    @Test
    void shouldKeepTheOrderOfAGroupWhateverPrefixItsMessagesHave() {
        queue("line", Ordering.KEY, 0);
        String[] prefixes = {"penstock:m:line", "penstock:q:line.fifo", "penstock:q:line", "penstock:m:line.fifo"};
        for (int i = 0; i < 40; i++) {
            events.message(prefixes[i % 3], Integer.toString(i), 7, 77, PLAIN);
        }
        List<String> received = new ArrayList<>();
        for (int i = 0; received.size() < 80 && i < 200; i++) {
            CompletableFuture<Received> answer =
                    stepped.service().receive(new ReceiveRequest("line", 1 + i % 3, 0, OptionalLong.empty(), 4 << 20));
            for (int round = 0; round < 20 && !answer.isDone(); round++) {
                stepped.round();
            }
            assertThat(receive("line")).as("the group is out").isEmpty();
            if (i < 40) {
                events.message(prefixes[(i * 7) % 4], Integer.toString(40 + i), 7, 77, PLAIN);
            }
            received.addAll(contents(answer));
            stepped.service()
                    .ack(
                            "line",
                            answer.join().deliveries().stream()
                                    .map(Delivery::receipt)
                                    .toList())
                    .join();
            if (i % 5 == 0) {
                stepped = stepped();
            }
        }
        assertThat(received)
                .containsExactlyElementsOf(
                        IntStream.range(0, 80).mapToObj(Integer::toString).toList());
    }

    @Test
    void shouldDeliverARepetitionOnce() {
        queue("line", Ordering.KEY, 0);
        queue("jobs", Ordering.NONE, 0);
        for (String queue : new String[] {"line", "jobs"}) {
            MessageFacts same = new MessageFacts(MessageFacts.NO_DELAY, queue.hashCode(), 5);
            send(queue, "first", same);
            send(queue, "again", same);
            send(queue, "other", PLAIN);
            assertThat(backlog(queue)).isEqualTo(2);
            stepped = stepped();
            assertThat(receive(queue)).containsExactly("first", "other");
        }
    }

    // ---- sending ----

    private static final class Postgres implements SourceMessages {
        CompletableFuture<Integer> outcome = new CompletableFuture<>();

        @Override
        public CompletableFuture<Integer> emit(String stream, List<SourceMessage> messages, long deadlineNanos) {
            return outcome;
        }
    }

    private final Postgres postgres = new Postgres();
    private final MessageSending sending =
            new MessageSending(postgres, log, log, new LogArrivals(log, batches, Runnable::run));

    private CompletableFuture<Sent> send(int messages, long millis) {
        List<byte[]> envelopes = java.util.Collections.nCopies(messages, new byte[0]);
        return sending.send("jobs", envelopes, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void shouldAnswerWhenTheLogHasAllOfTheTransaction() {
        queue("jobs", Ordering.NONE, 0);
        CompletableFuture<Sent> sent = send(2, 60_000);
        events.message("penstock:m:jobs", "another's", 41, 77, PLAIN);
        events.message("penstock:m:jobs", "one", 42, 77, PLAIN);
        postgres.outcome.complete(42);
        assertThat(sent).isNotDone();
        events.message("penstock:m:jobs", "two", 42, 77, PLAIN);

        assertThat(sent.join().offsets()).containsExactly(1L, 2L);
    }

    @Test
    void shouldAnswerWhatWasThereBeforePostgresAnswered() {
        queue("jobs", Ordering.NONE, 0);
        CompletableFuture<Sent> sent = send(1, 60_000);
        events.message("penstock:m:jobs", "one", 42, 77, PLAIN);
        postgres.outcome.complete(42);

        assertThat(sent.join().offsets()).containsExactly(0L);
    }

    @Test
    void shouldAnswerAfterASecondThoughTheLogDoesNotHaveIt() {
        queue("jobs", Ordering.NONE, 0);
        CompletableFuture<Sent> sent = send(1, 60_000);
        postgres.outcome.complete(42);

        assertThat(sent.orTimeout(20, TimeUnit.SECONDS).join().offsets()).isEmpty();
    }

    private static Refused.Code refusal(CompletableFuture<Sent> sent) {
        try {
            sent.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof Refused refused) {
                return refused.code();
            }
        }
        throw new AssertionError("expected a refusal");
    }

    @Test
    void shouldNotKnowTheOutcomeWhenTheTimeIsOver() {
        queue("jobs", Ordering.NONE, 0);

        assertThat(refusal(send(1, 600))).isEqualTo(Refused.Code.OUTCOME_UNKNOWN);
    }

    @Test
    void shouldPassOnWhyItWasNotSent() {
        queue("jobs", Ordering.NONE, 0);
        postgres.outcome.completeExceptionally(new Refused(Refused.Code.SOURCE_UNAVAILABLE, "down"));

        assertThat(refusal(send(1, 60_000))).isEqualTo(Refused.Code.SOURCE_UNAVAILABLE);
    }

    /** What is committed while no slot reads it would never arrive. */
    @Test
    void shouldNotSendIntoASourceThatIsNotRead() {
        queue("jobs", Ordering.NONE, 0);
        try (var view = log.openView()) {
            log.submit(List.of(new Command.StopSource(
                            1, view.source("main").orElseThrow().last(), "slot_missing", new byte[0])))
                    .join();
        }

        assertThat(refusal(send(1, 60_000))).isEqualTo(Refused.Code.SOURCE_UNAVAILABLE);
    }

    @Test
    void shouldSendOnALeaderToAQueueOnly() {
        stepped.service()
                .create("jobs", "main", new StartPosition.Latest(), GroupConfig.defaults())
                .join();
        assertThat(refusal(send(1, 60_000))).isEqualTo(Refused.Code.INVALID_REQUEST);
        assertThatThrownBy(() -> stepped.service()
                        .update(
                                "jobs",
                                new GroupChange.Builder()
                                        .queue(QueueConfig.defaults())
                                        .build())
                        .join())
                .hasMessageContaining("cannot become one");
        log.lead(false);
        assertThat(refusal(send(1, 60_000))).isEqualTo(Refused.Code.NO_LEADER);
    }
}
