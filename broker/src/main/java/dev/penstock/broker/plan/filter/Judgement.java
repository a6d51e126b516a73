package dev.penstock.broker.plan.filter;

/**
 * What an expression says of one event.
 *
 * @param reason of a failure, with the place in the expression and without any value of the event; else empty
 * @param cost the work it took, in bytes read and steps done
 */
public record Judgement(Verdict verdict, String reason, long cost) {

    /** The three answers. */
    public enum Verdict {
        MATCHES,
        /** False, or unknown as SQL's null is. */
        DOES_NOT_MATCH,
        /** It could not be told: the event is delivered, and marked. */
        FAILED
    }
}
