package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.Optional;

/** The answer of a batch: 200, with what succeeded and what failed; an empty list is left out, as AWS does. Stateless. */
final class BatchAnswer {

    private BatchAnswer() {}

    /** @param failure empty if the entry succeeded */
    record Result(String id, Optional<SqsFailure> failure) {}

    static Response render(Exchange exchange, long logIndex, List<Result> results) {
        List<String> successful = results.stream()
                .filter(result -> result.failure().isEmpty())
                .map(Result::id)
                .toList();
        return SqsAnswers.ok(exchange, logIndex, out -> {
            out.writeStartObject();
            if (!successful.isEmpty()) {
                out.writeArrayFieldStart("Successful");
                for (String id : successful) {
                    out.writeStartObject();
                    out.writeStringField("Id", id);
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            if (successful.size() < results.size()) {
                out.writeArrayFieldStart("Failed");
                for (Result result : results) {
                    if (result.failure().isPresent()) {
                        SqsFailure failure = result.failure().get();
                        out.writeStartObject();
                        out.writeStringField("Id", result.id());
                        out.writeBooleanField("SenderFault", failure.kind().senderFault());
                        out.writeStringField("Code", failure.kind().code());
                        out.writeStringField("Message", failure.text());
                        out.writeEndObject();
                    }
                }
                out.writeEndArray();
            }
            out.writeEndObject();
        });
    }
}
