package dev.penstock.broker.plan.filter;

import dev.penstock.broker.plan.filter.Parser.Part;
import dev.penstock.storage.model.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes comparisons of operands, and refuses those that can never be right. Stateless but for the text that it shows. */
record Comparisons(SourceText source) {

    static Optional<Op> opOf(Token token) {
        return token.type() == Token.Type.SIGN
                ? Arrays.stream(Op.values())
                        .filter(op -> op.sign().equals(token.text()))
                        .findFirst()
                : Optional.empty();
    }

    Part compared(Part left, Token sign, Part right) {
        Op op = opOf(sign).orElseThrow();
        if (left.expression().kind() == Kind.NULL || right.expression().kind() == Kind.NULL) {
            return nullTest(op, left, sign, right);
        }
        checkValue(left);
        checkValue(right);
        checkFact(op, left, sign, right);
        checkFact(op, right, sign, left);
        // A literal stands on the right for the comparison, wherever it was written.
        boolean exchanged = left.expression() instanceof Expression.Literal;
        Part one = exchanged ? right : left;
        Part other = exchanged ? left : right;
        Comparison comparison = comparison(one, other, left, right);
        return new Part(
                new Expression.Compared(
                        exchanged ? op.flipped() : op,
                        one.expression(),
                        other.expression(),
                        comparison,
                        place(one),
                        place(other)),
                left.from(),
                right.to());
    }

    private Part nullTest(Op op, Part left, Token sign, Part right) {
        if (!op.isEquality()) {
            throw source.refused(sign.from(), sign.to(), "expected == or != before or after null");
        }
        Part of = right.expression().kind() == Kind.NULL ? left : right;
        return new Part(new Expression.NullTest(of.expression(), op == Op.EQUAL), left.from(), right.to());
    }

    Part in(Part left, List<Part> values, int to) {
        checkValue(left);
        List<Value> literals = new ArrayList<>();
        List<Comparison> comparisons = new ArrayList<>();
        Kind kind = values.get(0).expression().kind();
        for (Part value : values) {
            if (value.expression().kind() != kind) {
                throw source.refused(
                        value.from(),
                        value.to(),
                        "expected " + kind.words() + " as the first in the list is, but this is "
                                + value.expression().kind().words());
            }
            checkAction(left, value);
            comparisons.add(comparison(left, value, value, value));
            literals.add(literal(value));
        }
        return new Part(new Expression.In(left.expression(), literals, comparisons, place(left)), left.from(), to);
    }

    Part inArray(Part left, Expression.Member array, Part arrayPart) {
        if (left.expression().kind() == Kind.NULL) {
            throw source.refused(left.from(), left.to(), "expected a value: null is in no array");
        }
        try {
            Comparison comparison = Comparison.of(Kind.ANY, left.expression().kind(), literal(left));
            return new Part(
                    new Expression.InArray(left.expression(), array, comparison, place(left)),
                    left.from(),
                    arrayPart.to());
        } catch (Comparison.NotComparable never) {
            throw source.refused(left.from(), left.to(), String.valueOf(never.getMessage()));
        }
    }

    private Comparison comparison(Part one, Part other, Part left, Part right) {
        try {
            return Comparison.of(one.expression().kind(), other.expression().kind(), literal(other));
        } catch (Comparison.NotComparable never) {
            Part from = literal(other) == null ? left : other;
            Part to = literal(other) == null ? right : other;
            throw source.refused(from.from(), to.to(), String.valueOf(never.getMessage()));
        }
    }

    private static @Nullable Value literal(Part part) {
        return part.expression() instanceof Expression.Literal literal ? literal.value() : null;
    }

    private void checkFact(Op op, Part fact, Token sign, Part other) {
        if (!(fact.expression() instanceof Expression.Metadata metadata)) {
            return;
        }
        if (metadata.fact() == Fact.COMMIT_LSN && !op.isEquality()) {
            throw source.refused(
                    sign.from(), sign.to(), "expected == or !=: an LSN is text here; compare commit_timestamp instead");
        }
        checkAction(fact, other);
    }

    /** A word that is no action would never match, or always. */
    private void checkAction(Part fact, Part other) {
        boolean isAction = fact.expression() instanceof Expression.Metadata metadata && metadata.fact() == Fact.ACTION;
        if (!isAction || !(literal(other) instanceof Value.Text text)) {
            return;
        }
        List<String> words = Arrays.stream(Action.values()).map(Action::word).toList();
        if (!words.contains(text.text())) {
            throw source.refused(
                    other.from(), other.to(), "expected an action" + NearestName.instead(text.text(), words));
        }
    }

    void checkText(Part part) {
        checkValue(part);
        Kind kind = part.expression().kind();
        if (kind != Kind.TEXT && kind != Kind.ANY) {
            throw source.refused(
                    part.from(), part.to(), "expected text, but this is " + kind.words() + "; string() makes it text");
        }
    }

    /** All of a row is an object: it can be tested for null only. */
    private void checkValue(Part part) {
        if (part.expression() instanceof Expression.Member member
                && member.path().isEmpty()) {
            throw source.refused(
                    part.from(),
                    part.to(),
                    "expected a member of it, such as record.status; as a whole it has no value");
        }
    }

    private String place(Part part) {
        return source.place(part.from(), part.to());
    }
}
