package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The answer of a batch: 200, with what succeeded and what failed; an empty list is left out, as AWS does. Stateless. */
final class BatchAnswer {

    private BatchAnswer() {}

    /** Members of an entry that succeeded, beside its id. */
    interface Members {
        void write(JsonGenerator out) throws IOException;
    }

    /** @param failure empty if the entry succeeded */
    record Result(String id, Optional<SqsFailure> failure, Members members) {

        Result(String id, Optional<SqsFailure> failure) {
            this(id, failure, out -> {});
        }

        static Result done(String id, Members members) {
            return new Result(id, Optional.empty(), members);
        }

        static Result failed(String id, SqsFailure failure) {
            return new Result(id, Optional.of(failure));
        }
    }

    static Response render(Exchange exchange, long logIndex, List<Result> results) {
        return render(exchange, results).decidedAt(logIndex);
    }

    /** Of what was not decided by the log. */
    static Response render(Exchange exchange, List<Result> results) {
        return SqsAnswers.ok(exchange, out -> {
            out.writeStartObject();
            List<Result> successful = results.stream()
                    .filter(result -> result.failure().isEmpty())
                    .toList();
            if (!successful.isEmpty()) {
                out.writeArrayFieldStart("Successful");
                for (Result result : successful) {
                    out.writeStartObject();
                    out.writeStringField("Id", result.id());
                    result.members().write(out);
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            if (successful.size() < results.size()) {
                out.writeArrayFieldStart("Failed");
                for (Result result : results) {
                    if (result.failure().isPresent()) {
                        writeFailure(out, result.id(), result.failure().get());
                    }
                }
                out.writeEndArray();
            }
            out.writeEndObject();
        });
    }

    private static void writeFailure(JsonGenerator out, String id, SqsFailure failure) throws IOException {
        out.writeStartObject();
        out.writeStringField("Id", id);
        out.writeBooleanField("SenderFault", failure.kind().senderFault());
        out.writeStringField("Code", failure.kind().code());
        out.writeStringField("Message", failure.text());
        out.writeEndObject();
    }
}
