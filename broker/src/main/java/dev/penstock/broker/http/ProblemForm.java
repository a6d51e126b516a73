package dev.penstock.broker.http;

import java.util.Map;
import java.util.TreeMap;

/** Errors of the native API: {@code application/problem+json}. Stateless. */
public final class ProblemForm implements ErrorForm {

    public static final String CONTENT_TYPE = "application/problem+json";

    @Override
    public Response render(HttpFailure failure, String requestId) {
        Problem problem = failure.problem();
        byte[] body = Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("type", problem.type());
            out.writeStringField("title", problem.title());
            out.writeNumberField("status", problem.status());
            out.writeStringField("code", problem.name());
            out.writeStringField("detail", failure.detail());
            out.writeStringField("request_id", requestId);
            for (Map.Entry<String, String> member : new TreeMap<>(failure.members()).entrySet()) {
                out.writeStringField(member.getKey(), member.getValue());
            }
            out.writeEndObject();
        });
        Response response = Response.of(problem.status(), CONTENT_TYPE, body);
        if (problem == Problem.METHOD_NOT_ALLOWED) {
            response = response.with("Allow", failure.members().getOrDefault("allow", ""));
        }
        return problem.temporary() ? response.with("Retry-After", "1") : response;
    }

    @Override
    public Response denied(Authenticator.Denied denied, String requestId) {
        if (denied.reason() == Authenticator.Reason.NOT_KNOWN_YET) {
            return render(new HttpFailure(Problem.NOT_READY, denied.detail()), requestId);
        }
        return render(new HttpFailure(Problem.UNAUTHENTICATED, denied.detail()), requestId)
                .with("WWW-Authenticate", "Bearer realm=\"penstock\"");
    }
}
