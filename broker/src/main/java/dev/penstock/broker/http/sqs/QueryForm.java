package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Authenticator;
import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.Translation;

/** Errors of the Query protocol: those of AWS JSON, translated. Stateless. */
final class QueryForm implements ErrorForm {

    private final ErrorForm operations = new SqsForm();
    private final Translation translation;

    QueryForm(Translation translation) {
        this.translation = translation;
    }

    @Override
    public boolean knows(Throwable failure) {
        return operations.knows(failure);
    }

    @Override
    public Response renderAny(Throwable failure, String requestId) {
        return translation.answer("", operations.renderAny(failure, requestId));
    }

    @Override
    public Response render(HttpFailure failure, String requestId) {
        return translation.answer("", operations.render(failure, requestId));
    }

    @Override
    public Response denied(Authenticator.Denied denied, String requestId) {
        return translation.answer("", operations.denied(denied, requestId));
    }
}
