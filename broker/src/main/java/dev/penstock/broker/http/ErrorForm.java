package dev.penstock.broker.http;

import dev.penstock.broker.deliver.Refused;

/** How a protocol says no. Thread-safe. */
public interface ErrorForm {

    Response render(HttpFailure failure, String requestId);

    /** A failed authentication: never 400, and 503 only where this node cannot tell. */
    Response denied(Authenticator.Denied denied, String requestId);

    /** What an endpoint's future failed with. Protocols with failures of their own know them here. */
    default Response renderAny(Throwable failure, String requestId) {
        if (failure instanceof HttpFailure known) {
            return render(known, requestId);
        }
        if (failure instanceof Refused refused) {
            Response response = render(Refusals.translate(refused), requestId);
            return refused.logIndex().isPresent()
                    ? response.decidedAt(refused.logIndex().getAsLong())
                    : response;
        }
        return render(new HttpFailure(Problem.INTERNAL, "see the node's log for request " + requestId), requestId);
    }

    /** Whether {@link #renderAny} has an answer of its own, so that the failure is not a fault of the node. */
    default boolean knows(Throwable failure) {
        return failure instanceof HttpFailure || failure instanceof Refused;
    }
}
