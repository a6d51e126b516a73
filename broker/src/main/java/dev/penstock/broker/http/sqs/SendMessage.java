package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.MessageSending.Sent;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.QueueConfig;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** SendMessage: answered once Postgres has committed it, and the log holds it if that does not take long. */
final class SendMessage implements Endpoint {

    private final Queues queues;
    private final MessageSender sender;

    SendMessage(Queues queues, MessageSender sender) {
        this.queues = queues;
        this.sender = sender;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input).thenCompose(queue -> {
            SentMessage message = SentMessage.of(input, settingsOf(queue), queue.fifo());
            UUID id = UUID.randomUUID();
            byte[] envelope = message.envelope(id).toJson();
            return sender.send(queue.group().name(), List.of(envelope), exchange.deadlineNanos())
                    .thenApplyAsync(
                            sent -> SqsAnswers.ok(exchange, out -> {
                                out.writeStartObject();
                                new SentAnswer(message, id, queue.fifo(), offset(sent, 0)).write(out);
                                out.writeEndObject();
                            }),
                            exchange.executor());
        });
    }

    /** Refused where nothing can be sent. */
    static QueueConfig settingsOf(Queues.Queue queue) {
        return queue.group()
                .queue()
                .orElseThrow(() -> SqsFailure.unsupported("The queue " + queue.name()
                        + " receives the changes of a Postgres database; nothing else can be sent to it."));
    }

    static OptionalLong offset(Sent sent, int i) {
        return i < sent.offsets().size() ? OptionalLong.of(sent.offsets().get(i)) : OptionalLong.empty();
    }
}
