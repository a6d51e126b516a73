package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupConfig;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** ListQueues: by prefix, in pages where MaxResults was given. The token is the last name of the page before. */
final class ListQueues implements Endpoint {

    /** AWS' own bound, with and without pages. */
    static final int MAX_RESULTS = 1_000;

    private final Queues queues;
    private final GroupOperations groups;
    private final ReaderPool readers;

    ListQueues(Queues queues, GroupOperations groups, ReaderPool readers) {
        this.queues = queues;
        this.groups = groups;
        this.readers = readers;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String prefix = input.text("QueueNamePrefix").orElse("");
        OptionalInt maxResults = input.integer(
                "MaxResults", 1, MAX_RESULTS, "Must be an integer value between 1 and 1000, if provided.");
        String after = input.text("NextToken").map(ListQueues::decode).orElse("");
        return readers.read(groups::list).thenApply(all -> {
            List<String> names = all.stream()
                    .filter(described -> QueueAccess.mayList(exchange.identity(), described))
                    .map(ListQueues::queueName)
                    .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
                    .sorted()
                    .toList();
            return render(exchange, names, maxResults);
        });
    }

    private static String queueName(Described described) {
        boolean ordered = described.group().config().ordering() == GroupConfig.Ordering.KEY;
        return Queues.nameOf(described.group().name(), ordered);
    }

    private Response render(Exchange exchange, List<String> names, OptionalInt maxResults) {
        int count = Math.min(names.size(), maxResults.orElse(MAX_RESULTS));
        return SqsAnswers.ok(exchange, out -> {
            out.writeStartObject();
            if (count > 0) {
                out.writeArrayFieldStart("QueueUrls");
                for (String name : names.subList(0, count)) {
                    out.writeString(queues.url(exchange, name));
                }
                out.writeEndArray();
            }
            if (maxResults.isPresent() && count < names.size()) {
                out.writeStringField("NextToken", encode(names.get(count - 1)));
            }
            out.writeEndObject();
        });
    }

    /** The last name of a page as the token for the next one. */
    static String encode(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    static String decode(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw SqsFailure.invalidValue(token, "NextToken", "Invalid or expired next token.");
        }
    }
}
