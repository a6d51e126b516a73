package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.DeadLetterService.Move;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Message-move tasks: dead letters out of a dead-letter queue, to where they died or to another queue, at a rate. A task is
 * the leader's own: what it moved is in the log, that it runs is not, so that a change of the leader ends it. Thread-safe;
 * steps run on the executors of futures.
 */
final class MoveTasks {

    private static final String HANDLE = "penstock-move:";
    private static final int MAX_RATE = 500;
    private static final int MAX_LISTED = 10;
    private static final int MAX_STEP = 500;
    private static final long SECOND_MILLIS = 1_000;

    /** Between two steps of a task without a rate: others get their turn. */
    private static final long PAUSE_MILLIS = 20;

    /** Queues whose tasks are remembered. */
    private static final int MAX_SOURCES = 10_000;

    private final Queues queues;
    private final GroupOperations groups;
    private final LongSupplier wallMillis;
    private final Map<String, Deque<MoveTask>> bySource = new HashMap<>();

    MoveTasks(Queues queues, GroupOperations groups, LongSupplier wallMillis) {
        this.queues = queues;
        this.groups = groups;
        this.wallMillis = wallMillis;
    }

    // ---- StartMessageMoveTask ----

    CompletableFuture<Response> start(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String sourceArn = input.requiredText("SourceArn");
        Optional<String> destinationArn = input.text("DestinationArn").filter(arn -> !arn.isEmpty());
        OptionalInt rate =
                input.integer("MaxNumberOfMessagesPerSecond", 1, MAX_RATE, "Must be between 1 and 500, if provided.");
        return deadLetterQueue(sourceArn)
                .thenCompose(source -> destination(destinationArn, source)
                        .thenCompose(destination -> queues.describe(source).thenApply(described -> {
                            MoveTask task = new MoveTask(
                                    handle(),
                                    sourceArn,
                                    destinationArn,
                                    rate,
                                    described.group().aside()
                                            + described.group().deadLetters(),
                                    wallMillis.getAsLong());
                            begin(task, source.group().name(), destination);
                            return SqsAnswers.ok(exchange, out -> {
                                out.writeStartObject();
                                out.writeStringField("TaskHandle", task.handle);
                                out.writeEndObject();
                            });
                        })));
    }

    private static String handle() {
        byte[] text = (HANDLE + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
    }

    /** The queue of that ARN, if it is one to which dead letters of another come. */
    private CompletableFuture<Queues.Queue> deadLetterQueue(String arn) {
        return queues.find(RedrivePolicy.queueOf(arn))
                .thenApply(found -> found.orElseThrow(() -> noSuchResource("SourceArn")))
                .thenCompose(queue -> queues.sourcesOf(queue).thenApply(sources -> {
                    if (sources.isEmpty()) {
                        throw RedrivePolicy.notADeadLetterQueue();
                    }
                    return queue;
                }));
    }

    private CompletableFuture<Optional<String>> destination(Optional<String> arn, Queues.Queue source) {
        if (arn.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return queues.find(RedrivePolicy.queueOf(arn.get())).thenApply(found -> {
            Queues.Queue queue = found.orElseThrow(() -> noSuchResource("DestinationArn"));
            if (queue.fifo() != source.fifo() || queue.name().equals(source.name())) {
                throw SqsFailure.invalidValue(
                        arn.get(), "DestinationArn", "Must be another queue of the same type as the source.");
            }
            return Optional.of(queue.group().name());
        });
    }

    private synchronized void begin(MoveTask task, String source, Optional<String> destination) {
        if (bySource.size() >= MAX_SOURCES) {
            bySource.values().removeIf(tasks -> tasks.stream().noneMatch(MoveTask::isActive));
        }
        Deque<MoveTask> tasks = bySource.computeIfAbsent(source, name -> new ArrayDeque<>());
        if (tasks.stream().anyMatch(MoveTask::isActive)) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "There is already a task running. Only one active task is allowed for a source queue arn at a given"
                            + " time.");
        }
        tasks.addFirst(task);
        while (tasks.size() > MAX_LISTED) {
            tasks.removeLast();
        }
        step(task, source, destination, 0);
    }

    // ---- the work ----

    private void step(MoveTask task, String source, Optional<String> destination, long from) {
        if (!task.goesOn()) {
            return;
        }
        int max = Math.min(MAX_STEP, task.rate.orElse(MAX_STEP));
        CompletableFuture<?> unused = groups.moveDeadLetters(new Move(source, destination, from, max))
                .whenComplete((changed, failure) -> {
                    if (failure != null) {
                        task.failed(reason(failure));
                    } else if (task.moved(changed) && changed.next().isPresent()) {
                        later(task)
                                .execute(() -> step(
                                        task,
                                        source,
                                        destination,
                                        changed.next().getAsLong()));
                    }
                });
    }

    private static Executor later(MoveTask task) {
        long millis = task.rate.isPresent() ? SECOND_MILLIS : PAUSE_MILLIS;
        return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return String.valueOf(cause.getMessage());
    }

    // ---- ListMessageMoveTasks, CancelMessageMoveTask ----

    CompletableFuture<Response> list(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String arn = input.requiredText("SourceArn");
        int max = input.integer("MaxResults", 1, MAX_LISTED, "Must be between 1 and 10, if provided.")
                .orElse(1);
        return deadLetterQueue(arn).thenApply(queue -> {
            List<MoveTask> tasks = tasksOf(queue.group().name());
            return SqsAnswers.ok(exchange, out -> {
                out.writeStartObject();
                out.writeArrayFieldStart("Results");
                for (MoveTask task : tasks.subList(0, Math.min(max, tasks.size()))) {
                    task.write(out);
                }
                out.writeEndArray();
                out.writeEndObject();
            });
        });
    }

    private synchronized List<MoveTask> tasksOf(String source) {
        return new ArrayList<>(bySource.getOrDefault(source, new ArrayDeque<>()));
    }

    CompletableFuture<Response> cancel(Exchange exchange) {
        String handle = SqsInput.of(exchange).requiredText("TaskHandle");
        if (!isHandle(handle)) {
            throw new SqsFailure(Kind.INVALID_PARAMETER_VALUE, "Value for parameter TaskHandle is invalid.");
        }
        MoveTask task = find(handle)
                .filter(MoveTask::cancel)
                .orElseThrow(() -> new SqsFailure(Kind.RESOURCE_NOT_FOUND, "Task does not exist."));
        return CompletableFuture.completedFuture(SqsAnswers.ok(exchange, out -> {
            out.writeStartObject();
            out.writeNumberField("ApproximateNumberOfMessagesMoved", task.movedSoFar());
            out.writeEndObject();
        }));
    }

    private static boolean isHandle(String handle) {
        try {
            return new String(Base64.getUrlDecoder().decode(handle), StandardCharsets.UTF_8).startsWith(HANDLE);
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private synchronized Optional<MoveTask> find(String handle) {
        return bySource.values().stream()
                .flatMap(Deque::stream)
                .filter(task -> task.handle.equals(handle))
                .findFirst();
    }

    private static SqsFailure noSuchResource(String parameter) {
        return new SqsFailure(
                Kind.RESOURCE_NOT_FOUND,
                "The resource that you specified for the " + parameter + " parameter doesn't exist.");
    }
}
