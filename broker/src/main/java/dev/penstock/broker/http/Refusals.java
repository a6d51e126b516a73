package dev.penstock.broker.http;

import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.Refused;
import java.util.Map;

/** The services' refusals in the words of the catalogue. Stateless. */
public final class Refusals {

    private Refusals() {}

    public static HttpFailure translate(Refused refused) {
        String message = refused.getMessage();
        String detail = message == null ? "" : message;
        return switch (refused.code()) {
            case NO_LEADER -> new HttpFailure(Problem.NO_LEADER, detail);
            case OUTCOME_UNKNOWN -> new HttpFailure(Problem.OUTCOME_UNKNOWN, detail + "; repeat the request");
            case OVERLOADED -> new HttpFailure(Problem.OVERLOADED, detail);
            case NOT_READY -> new HttpFailure(Problem.NOT_READY, detail);
            case UNKNOWN_GROUP -> new HttpFailure(Problem.UNKNOWN_GROUP, detail);
            case UNKNOWN_STREAM -> new HttpFailure(Problem.UNKNOWN_STREAM, detail);
            case GROUP_EXISTS -> new HttpFailure(Problem.GROUP_EXISTS, detail);
            case GROUP_CHANGED -> new HttpFailure(Problem.GROUP_CHANGED, detail);
            case OFFSET_TRIMMED ->
                new HttpFailure(
                        Problem.OFFSET_TRIMMED,
                        detail,
                        Map.of(
                                "earliest", Offsets.format(refused.earliest()),
                                "latest", Offsets.format(refused.latest())));
            case OFFSET_OUT_OF_RANGE -> new HttpFailure(Problem.OFFSET_OUT_OF_RANGE, detail);
            case IN_FLIGHT_LIMIT -> new HttpFailure(Problem.IN_FLIGHT_LIMIT, detail);
            case INVALID_RECEIPT -> new HttpFailure(Problem.INVALID_RECEIPT, detail);
            case INVALID_REQUEST -> new HttpFailure(Problem.INVALID_REQUEST, detail);
            case UNKNOWN_KEY -> new HttpFailure(Problem.UNKNOWN_KEY, detail);
            case KEY_EXISTS -> new HttpFailure(Problem.KEY_EXISTS, detail);
            case KEY_REVOKED -> new HttpFailure(Problem.KEY_REVOKED, detail);
            case KEY_CHANGED -> new HttpFailure(Problem.KEY_CHANGED, detail + "; repeat the request");
            case KEY_LIMIT -> new HttpFailure(Problem.KEY_LIMIT, detail);
            case SOURCE_UNAVAILABLE -> new HttpFailure(Problem.SOURCE_UNAVAILABLE, detail);
            case MASTER_KEY -> new HttpFailure(Problem.MASTER_KEY, detail);
        };
    }
}
