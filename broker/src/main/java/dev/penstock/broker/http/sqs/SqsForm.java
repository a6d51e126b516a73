package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Authenticator;
import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;

/** Errors as AWS JSON 1.0 tells them: {@code __type} in the body and {@code x-amzn-query-error} beside it. Stateless. */
public final class SqsForm implements ErrorForm {

    @Override
    public boolean knows(Throwable failure) {
        return failure instanceof SqsFailure || ErrorForm.super.knows(failure);
    }

    @Override
    public Response renderAny(Throwable failure, String requestId) {
        return failure instanceof SqsFailure known
                ? render(known, requestId)
                : ErrorForm.super.renderAny(failure, requestId);
    }

    @Override
    public Response render(HttpFailure failure, String requestId) {
        return render(translate(failure), requestId);
    }

    private static SqsFailure translate(HttpFailure failure) {
        String detail = failure.detail();
        return switch (failure.problem()) {
            case UNKNOWN_GROUP, UNKNOWN_STREAM -> SqsFailure.noSuchQueue();
            case INVALID_RECEIPT -> new SqsFailure(Kind.RECEIPT_HANDLE_IS_INVALID, detail);
            case IN_FLIGHT_LIMIT -> new SqsFailure(Kind.OVER_LIMIT, detail);
            case NOT_FOUND, METHOD_NOT_ALLOWED ->
                new SqsFailure(Kind.UNKNOWN_OPERATION, "The requested operation is not known or not offered here.");
            case FORBIDDEN, UNAUTHENTICATED -> new SqsFailure(Kind.ACCESS_DENIED, detail);
            case BODY_TOO_LARGE -> new SqsFailure(Kind.TOO_LARGE, detail);
            case HEADERS_TOO_LARGE, TARGET_TOO_LONG -> new SqsFailure(Kind.HEADERS_TOO_LARGE, detail);
            case REQUEST_TIMEOUT -> new SqsFailure(Kind.TIMEOUT, detail);
            case MALFORMED_REQUEST, EXPECTATION_FAILED -> new SqsFailure(Kind.SERIALIZATION, detail);
            case INVALID_REQUEST, OFFSET_OUT_OF_RANGE, OFFSET_TRIMMED, GROUP_EXISTS ->
                new SqsFailure(Kind.INVALID_PARAMETER_VALUE, detail);
            // Of the API of keys, which SQS has no part in.
            case UNKNOWN_KEY, KEY_EXISTS, KEY_REVOKED, KEY_CHANGED, KEY_LIMIT, MASTER_KEY ->
                new SqsFailure(Kind.INVALID_PARAMETER_VALUE, detail);
            case INTERNAL -> new SqsFailure(Kind.INTERNAL, detail);
            case GROUP_CHANGED,
                    NO_LEADER,
                    OUTCOME_UNKNOWN,
                    OVERLOADED,
                    TOO_MANY_CONNECTIONS,
                    ANSWER_TOO_LATE,
                    SOURCE_UNAVAILABLE,
                    NOT_READY -> new SqsFailure(Kind.UNAVAILABLE, detail);
        };
    }

    static Response render(SqsFailure failure, String requestId) {
        Kind kind = failure.kind();
        byte[] body = Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("__type", kind.type());
            out.writeStringField("message", failure.text());
            out.writeEndObject();
        });
        Response response = SqsAnswers.of(kind.status(), body, requestId)
                .with("x-amzn-query-error", kind.code() + (kind.senderFault() ? ";Sender" : ";Receiver"));
        return kind == Kind.UNAVAILABLE ? response.with("Retry-After", "1") : response;
    }

    @Override
    public Response denied(Authenticator.Denied denied, String requestId) {
        return render(
                switch (denied.reason()) {
                    case MISSING -> new SqsFailure(Kind.MISSING_TOKEN, "Request is missing Authentication Token");
                    case MALFORMED -> new SqsFailure(Kind.INCOMPLETE_SIGNATURE, denied.detail());
                    case UNKNOWN_KEY ->
                        new SqsFailure(Kind.UNKNOWN_CLIENT, "The security token included in the request is invalid.");
                    case BAD_SIGNATURE ->
                        new SqsFailure(
                                Kind.INVALID_SIGNATURE,
                                "The request signature we calculated does not match the signature you provided."
                                        + " Check your AWS Secret Access Key and signing method.");
                    case EXPIRED -> new SqsFailure(Kind.EXPIRED, denied.detail());
                    case NOT_KNOWN_YET -> new SqsFailure(Kind.UNAVAILABLE, denied.detail());
                },
                requestId);
    }
}
