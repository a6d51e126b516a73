package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.Headers;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.PercentCoding;
import dev.penstock.broker.http.Request;
import dev.penstock.broker.http.RequestHead;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Translation;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * SQS' older protocol: the operation and its members as parameters of a form or a query, XML back. The one layer between
 * it and the operations, which know AWS JSON only. Stateless.
 */
public final class QueryProtocol implements Translation {

    private static final String TARGET_PREFIX = "AmazonSQS.";
    private static final String FORM_CONTENT = "application/x-www-form-urlencoded";

    private final ErrorForm form = new QueryForm(this);

    /** A form, or a query that names an action or, as every client does, the version of the protocol. */
    @Override
    public boolean speaks(RequestHead head) {
        boolean post = head.method().equals("POST");
        if (!post && !head.method().equals("GET")) {
            return false;
        }
        return (post && hasForm(head)) || hasParameter(head, "Action") || hasParameter(head, "Version");
    }

    private static boolean hasForm(RequestHead head) {
        return head.headers()
                .first("Content-Type")
                .filter(type ->
                        type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(FORM_CONTENT))
                .isPresent();
    }

    private static boolean hasParameter(RequestHead head, String name) {
        String query = head.rawQuery();
        return query.startsWith(name + "=") || query.contains("&" + name + "=");
    }

    @Override
    public Request operation(Request request) {
        QueryParameters parameters = QueryParameters.of(request, hasForm(request.head()));
        String action = parameters
                .text("Action")
                .filter(text -> !text.isEmpty())
                .orElseThrow(
                        () -> new SqsFailure(Kind.MISSING_ACTION, "The request must contain the parameter Action."));
        List<Headers.Header> fields = new ArrayList<>(request.headers().fields());
        fields.add(new Headers.Header("X-Amz-Target", TARGET_PREFIX + action));
        RequestHead head =
                new RequestHead("POST", request.head().target(), request.head().http11(), new Headers(fields));
        String path = PercentCoding.decode(request.head().rawPath());
        byte[] body = Json.bytes(out -> out.writeTree(QueryRequest.object(action, parameters, path)));
        return new Request(head, body, request.secure());
    }

    @Override
    public Response answer(String target, Response response) {
        String operation = target.startsWith(TARGET_PREFIX) ? target.substring(TARGET_PREFIX.length()) : "";
        return QueryAnswer.of(operation, response);
    }

    @Override
    public ErrorForm form() {
        return form;
    }
}
