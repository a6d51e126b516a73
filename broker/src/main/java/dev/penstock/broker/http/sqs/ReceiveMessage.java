package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.http.Digests;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** ReceiveMessage: up to ten messages, waiting up to 20 seconds for the first. */
final class ReceiveMessage implements Endpoint {

    static final int MAX_WAIT_SECONDS = 20;
    static final int MAX_VISIBILITY_SECONDS = 43_200;
    static final String VISIBILITY_RANGE = "Must be between 0 and 43200, if provided.";
    private static final long MAX_EVENT_BYTES = 4L << 20;
    private static final long WAY_BACK_MILLIS = 500;

    private final Queues queues;
    private final GroupOperations groups;
    private final Grants grants;
    private final ReceiveAttempts attempts;

    ReceiveMessage(Queues queues, GroupOperations groups, Grants grants, ReceiveAttempts attempts) {
        this.queues = queues;
        this.groups = groups;
        this.grants = grants;
        this.attempts = attempts;
    }

    private record Asked(
            int max,
            OptionalLong waitMillis,
            OptionalLong visibilityMillis,
            List<String> systemNames,
            List<String> attributeNames) {

        static Asked of(SqsInput input) {
            int max = input.integer("MaxNumberOfMessages", 1, 10, "Must be between 1 and 10, if provided.")
                    .orElse(1);
            OptionalInt wait =
                    input.integer("WaitTimeSeconds", 0, MAX_WAIT_SECONDS, "Must be >= 0 and <= 20, if provided.");
            OptionalInt visibility = input.integer("VisibilityTimeout", 0, MAX_VISIBILITY_SECONDS, VISIBILITY_RANGE);
            List<String> system = new ArrayList<>(input.texts("AttributeNames"));
            system.addAll(input.texts("MessageSystemAttributeNames"));
            return new Asked(max, millis(wait), millis(visibility), system, input.texts("MessageAttributeNames"));
        }

        private static OptionalLong millis(OptionalInt seconds) {
            return seconds.isPresent() ? OptionalLong.of(seconds.getAsInt() * 1_000L) : OptionalLong.empty();
        }
    }

    /** The wait that the request names, or its queue; what is wrong with it the endpoint will say. */
    long waitMillis(Exchange exchange) {
        try {
            SqsInput input = SqsInput.of(exchange);
            OptionalInt seconds = input.integer("WaitTimeSeconds");
            if (seconds.isPresent()) {
                return Math.max(0, Math.min(seconds.getAsInt(), MAX_WAIT_SECONDS)) * 1_000L;
            }
            long usual = queues.usualWaitMillis(input);
            return usual > 0 ? usual : -1;
        } catch (SqsFailure notWellFormed) {
            return -1;
        }
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        grants.checkRoom();
        return queues.ofUrl(input).thenCompose(queue -> receive(exchange, queue, input));
    }

    private CompletableFuture<Response> receive(Exchange exchange, Queues.Queue queue, SqsInput input) {
        Asked asked = Asked.of(input);
        long waitMillis = asked.waitMillis().orElseGet(() -> usualWait(exchange, queue));
        ReceiveRequest request = new ReceiveRequest(
                queue.group().name(), asked.max(), waitMillis, asked.visibilityMillis(), MAX_EVENT_BYTES);
        Optional<String> attempt = ReceiveAttempts.idOf(input, queue.fifo());
        CompletableFuture<Received> received = attempt.isPresent()
                ? attempted(exchange, queue, request, attempt.get())
                : exchange.cancelling(groups.receive(request));
        CompletableFuture<Response> answer =
                grants.answer(exchange, request, received, messages -> render(exchange, queue, asked, messages));
        return queue.fifo() ? answer.exceptionally(failure -> emptyAtTheLimit(exchange, failure)) : answer;
    }

    /** The messages of the same attempt before, if they are all still its own; else new ones. */
    private CompletableFuture<Received> attempted(
            Exchange exchange, Queues.Queue queue, ReceiveRequest request, String attempt) {
        String group = request.group();
        long visibilityMillis = request.visibilityMillis().orElse(queue.group().visibilityMillis());
        CompletableFuture<Optional<Received>> before = attempts.find(group, attempt)
                .filter(known -> visibilityMillis > 0)
                .map(known -> leasedAnew(group, known, visibilityMillis))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
        return before.thenCompose(known -> known.isPresent()
                ? CompletableFuture.completedFuture(known.get())
                : exchange.cancelling(groups.receive(request)).thenApply(received -> {
                    if (visibilityMillis > 0 && !received.deliveries().isEmpty()) {
                        attempts.remember(group, attempt, received);
                    }
                    return received;
                }));
    }

    private CompletableFuture<Optional<Received>> leasedAnew(String group, Received known, long visibilityMillis) {
        long plannedNanos = System.nanoTime();
        List<String> handles =
                known.deliveries().stream().map(Delivery::receipt).toList();
        return groups.extend(group, handles, visibilityMillis, false).thenApply(settled -> {
            boolean all = settled.results().stream().allMatch(outcome -> outcome == ItemOutcome.OK);
            return all
                    ? Optional.of(new Received(settled.logIndex(), plannedNanos, known.deliveries()))
                    : Optional.empty();
        });
    }

    /** The queue's own wait, within the time that the node which took the request will wait for an answer. */
    private static long usualWait(Exchange exchange, Queues.Queue queue) {
        long left = TimeUnit.NANOSECONDS.toMillis(exchange.deadlineNanos() - System.nanoTime()) - WAY_BACK_MILLIS;
        return Math.max(0, Math.min(queue.group().receiveWaitMillis(), left));
    }

    /** AWS refuses above the in-flight limit on standard queues, and just has no messages on FIFO queues. */
    private static Response emptyAtTheLimit(Exchange exchange, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Refused refused && refused.code() == Refused.Code.IN_FLIGHT_LIMIT) {
            return SqsAnswers.ok(exchange, out -> {
                out.writeStartObject();
                out.writeEndObject();
            });
        }
        throw new CompletionException(cause);
    }

    private Response render(Exchange exchange, Queues.Queue queue, Asked asked, Received received) {
        return SqsAnswers.ok(exchange, received.logIndex(), out -> {
            out.writeStartObject();
            if (!received.deliveries().isEmpty()) {
                out.writeArrayFieldStart("Messages");
                for (Delivery delivery : received.deliveries()) {
                    write(out, queue, asked, delivery);
                }
                out.writeEndArray();
            }
            out.writeEndObject();
        });
    }

    private void write(JsonGenerator out, Queues.Queue queue, Asked asked, Delivery delivery) throws IOException {
        ReceivedMessage message = ReceivedMessage.of(delivery, queue);
        byte[] body = message.body();
        out.writeStartObject();
        out.writeStringField("MessageId", message.id());
        out.writeStringField("ReceiptHandle", delivery.receipt());
        out.writeStringField("MD5OfBody", HexFormat.of().formatHex(Digests.md5().digest(body)));
        out.writeFieldName("Body");
        out.writeUTF8String(body, 0, body.length);
        Map<String, String> system =
                SystemAttributes.selected(delivery, message, queues, queue.fifo(), asked.systemNames());
        if (!system.isEmpty()) {
            out.writeObjectFieldStart("Attributes");
            for (Map.Entry<String, String> attribute : system.entrySet()) {
                out.writeStringField(attribute.getKey(), attribute.getValue());
            }
            out.writeEndObject();
        }
        Map<String, AttributeValue> attributes =
                MessageAttributes.selected(message.attributes(), asked.attributeNames());
        if (!attributes.isEmpty()) {
            MessageAttributes.write(out, attributes);
        }
        out.writeEndObject();
    }
}
