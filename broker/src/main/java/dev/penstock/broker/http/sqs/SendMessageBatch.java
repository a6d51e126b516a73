package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.MessageSending.Sent;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.QueueConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * SendMessageBatch: entries that are wrong fail by themselves, the others go out in one transaction, in their order: all of
 * them or none.
 */
final class SendMessageBatch implements Endpoint {

    private static final String ENTRY = "SendMessageBatchRequestEntry";

    private final Queues queues;
    private final MessageSender sender;

    SendMessageBatch(Queues queues, MessageSender sender) {
        this.queues = queues;
        this.sender = sender;
    }

    private record Entry(String id, SentMessage message, UUID messageId) {}

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        return queues.ofUrl(input).thenCompose(queue -> {
            QueueConfig settings = SendMessage.settingsOf(queue);
            List<BatchEntries.Structure> structures = BatchEntries.structures(input, ENTRY);
            checkSize(structures);
            List<Entry> entries = new ArrayList<>();
            List<BatchAnswer.Result> failures = new ArrayList<>();
            for (BatchEntries.Structure structure : structures) {
                try {
                    SentMessage message = SentMessage.of(structure.members(), settings, queue.fifo());
                    entries.add(new Entry(structure.id(), message, UUID.randomUUID()));
                } catch (SqsFailure wrong) {
                    failures.add(BatchAnswer.Result.failed(structure.id(), wrong));
                }
            }
            return send(exchange, queue, entries)
                    .thenApplyAsync(sent -> render(exchange, queue, entries, failures, sent), exchange.executor());
        });
    }

    /** All bodies and attributes together, right or wrong: before anything is done. */
    private static void checkSize(List<BatchEntries.Structure> structures) {
        long bytes = structures.stream()
                .mapToLong(structure -> SentMessage.bytesOf(structure.members()))
                .sum();
        if (bytes > QueueConfig.MAX_MESSAGE_BYTES) {
            throw new SqsFailure(
                    Kind.BATCH_TOO_LONG,
                    "Batch requests cannot be longer than " + QueueConfig.MAX_MESSAGE_BYTES + " bytes. You have sent "
                            + bytes + " bytes.");
        }
    }

    private CompletableFuture<Sent> send(Exchange exchange, Queues.Queue queue, List<Entry> entries) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(new Sent(List.of()));
        }
        List<byte[]> envelopes = entries.stream()
                .map(entry -> entry.message().envelope(entry.messageId()).toJson())
                .toList();
        return sender.send(queue.group().name(), envelopes, exchange.deadlineNanos());
    }

    private static Response render(
            Exchange exchange, Queues.Queue queue, List<Entry> entries, List<BatchAnswer.Result> failures, Sent sent) {
        List<BatchAnswer.Result> results = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            SentAnswer answer =
                    new SentAnswer(entry.message(), entry.messageId(), queue.fifo(), SendMessage.offset(sent, i));
            results.add(BatchAnswer.Result.done(entry.id(), answer::write));
        }
        results.addAll(failures);
        return BatchAnswer.render(exchange, results);
    }
}
