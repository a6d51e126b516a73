package dev.penstock.broker.plan.filter;

import dev.penstock.broker.plan.filter.Judgement.Verdict;
import java.util.Map;

/**
 * A condition on an event's values, compiled: the {@code where} of a group's filter. Immutable and thread-safe; an
 * evaluation does a bounded amount of work.
 */
public final class Where {

    public static final int MAX_CHARACTERS = 4_096;

    private final Expression expression;
    private final Map<Fragment, MemberTree> members;
    private final int slots;

    private Where(Expression expression, Map<Fragment, MemberTree> members, int slots) {
        this.expression = expression;
        this.members = members;
        this.slots = slots;
    }

    /** Throws {@link ExpressionRefused} saying what is wrong with the text, and where. */
    public static Where compile(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new ExpressionRefused(
                    "expected at most " + MAX_CHARACTERS + " characters, but got " + text.length(), 1, 1);
        }
        Parser parser = new Parser(text);
        Expression expression = parser.parse();
        return new Where(expression, parser.members(), parser.slots());
    }

    public Judgement judge(EventAt event) {
        Evaluation evaluation = new Evaluation(event, members, slots);
        Value value;
        try {
            value = expression.on(evaluation);
        } catch (Steps.Exceeded exceeded) {
            value = new Value.Failed("the evaluation took " + exceeded.getMessage());
        }
        if (value instanceof Value.Failed failed) {
            return new Judgement(Verdict.FAILED, failed.reason(), evaluation.cost());
        }
        Verdict verdict = value == Value.Bool.TRUE ? Verdict.MATCHES : Verdict.DOES_NOT_MATCH;
        return new Judgement(verdict, "", evaluation.cost());
    }
}
