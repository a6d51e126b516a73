package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import java.io.IOException;
import java.util.Map;

/** What all answers of the SQS view have in common. Stateless. */
final class SqsAnswers {

    private static final String CONTENT_TYPE = "application/x-amz-json-1.0";

    private SqsAnswers() {}

    static Response of(int status, byte[] body, String requestId) {
        return Response.of(status, CONTENT_TYPE, body).with("x-amzn-RequestId", requestId);
    }

    static void writeMap(JsonGenerator out, String name, Map<String, String> map) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : map.entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    static Response ok(Exchange exchange, Json.Writer body) {
        return of(200, Json.bytes(body), exchange.requestId());
    }

    static Response ok(Exchange exchange, long logIndex, Json.Writer body) {
        return ok(exchange, body).decidedAt(logIndex);
    }

    /** The answer of an operation that has no output. */
    static Response done(Exchange exchange, long logIndex) {
        return ok(exchange, logIndex, out -> {
            out.writeStartObject();
            out.writeEndObject();
        });
    }
}
