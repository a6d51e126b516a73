package dev.penstock.broker.plan.filter;

import java.util.List;
import java.util.Optional;

/**
 * A part of an expression, checked. Evaluated over three truths and failure: false decides an {@code and}, true an
 * {@code or}, whatever stands beside it; else a failure, else null. Immutable.
 */
sealed interface Expression {

    Value on(Evaluation evaluation);

    Kind kind();

    /** A value written in the expression. */
    record Literal(Value value, Kind kind) implements Expression {
        @Override
        public Value on(Evaluation evaluation) {
            return value;
        }
    }

    /** A member of the record, the changes or the key. */
    record Member(Fragment fragment, List<MemberTree.Step> path, int slot, String place) implements Expression {

        public Member {
            path = List.copyOf(path);
        }

        @Override
        public Value on(Evaluation evaluation) {
            evaluation.steps().take(1);
            Value value = evaluation.member(fragment, slot);
            return value instanceof Value.Failed failed ? new Value.Failed(place + ": " + failed.reason()) : value;
        }

        @Override
        public Kind kind() {
            return Kind.ANY;
        }

        /** The column of the row that it is in. */
        private Optional<String> column() {
            return fragment == Fragment.RECORD && !path.isEmpty() && path.get(0) instanceof MemberTree.Step.Name name
                    ? Optional.of(name.name())
                    : Optional.empty();
        }
    }

    /** Something of the metadata that needs no body. */
    record Metadata(Fact fact) implements Expression {
        @Override
        public Value on(Evaluation evaluation) {
            evaluation.steps().take(1);
            return fact.of(evaluation.event());
        }

        @Override
        public Kind kind() {
            return fact.kind();
        }
    }

    /** Parts whose value is true, false, null or a failure. */
    sealed interface Condition extends Expression {
        @Override
        default Kind kind() {
            return Kind.BOOL;
        }
    }

    /** An operand where a condition is expected. */
    record Truth(Expression of, String place) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            if (value instanceof Value.Bool || value instanceof Value.Failed) {
                return value;
            }
            return value.isMissing()
                    ? Value.Missing.NULL
                    : new Value.Failed(place + ": expected a boolean, but this is " + value.described());
        }
    }

    /** Not. */
    record Not(Expression of) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            return value instanceof Value.Bool bool ? Value.Bool.of(bool == Value.Bool.FALSE) : value;
        }
    }

    /**
     * And, or.
     *
     * @param decisive the truth of one part that decides: false for and, true for or
     */
    record Joined(Value.Bool decisive, List<Expression> parts) implements Condition {

        public Joined {
            parts = List.copyOf(parts);
        }

        @Override
        public Value on(Evaluation evaluation) {
            Value result = Value.Bool.of(decisive == Value.Bool.FALSE);
            for (Expression part : parts) {
                evaluation.steps().take(1);
                Value value = part.on(evaluation);
                if (value == decisive) {
                    return value;
                }
                if (!(result instanceof Value.Failed) && !(value instanceof Value.Bool)) {
                    result = value;
                }
            }
            return result;
        }
    }

    /** Two operands compared. */
    record Compared(
            Op op, Expression left, Expression right, Comparison comparison, String leftPlace, String rightPlace)
            implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            return comparison.test(op, left.on(evaluation), right.on(evaluation), leftPlace, rightPlace);
        }
    }

    /** {@code == null} and {@code != null}: true or false, never null, but for what lies in a column left out. */
    record NullTest(Expression of, boolean wantsNull) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            if (value instanceof Value.Failed) {
                return value;
            }
            if (value == Value.Missing.ABSENT && of instanceof Member member) {
                Optional<String> column = member.column();
                if (column.isPresent() && evaluation.isUnchanged(column.get())) {
                    // Only a value that is there can be stored out of line; what is in it nobody knows here.
                    return member.path().size() == 1 ? Value.Bool.of(!wantsNull) : Value.Missing.NULL;
                }
            }
            return Value.Bool.of(value.isMissing() == wantsNull);
        }
    }

    /** Whether the event has the member, be it null. */
    record Has(Member member) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = member.on(evaluation);
            return value instanceof Value.Failed ? value : Value.Bool.of(value != Value.Missing.ABSENT);
        }
    }

    /** One of several literals. */
    record In(Expression of, List<Value> values, List<Comparison> comparisons, String place) implements Condition {

        public In {
            values = List.copyOf(values);
            comparisons = List.copyOf(comparisons);
        }

        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            Value result = Value.Bool.FALSE;
            for (int i = 0; i < values.size() && result == Value.Bool.FALSE; i++) {
                evaluation.steps().take(1);
                result = comparisons.get(i).test(Op.EQUAL, value, values.get(i), place, place);
            }
            return result;
        }
    }

    /** One of the elements of an array in the event. */
    record InArray(Expression of, Member array, Comparison comparison, String place) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value among = array.on(evaluation);
            if (among instanceof Value.Failed || among.isMissing()) {
                return among.isMissing() ? Value.Missing.NULL : among;
            }
            if (!(among instanceof Value.Elements elements)) {
                return new Value.Failed(array.place() + ": expected an array, but this is " + among.described());
            }
            if (elements.values().size() > FragmentReader.MAX_ELEMENTS) {
                return new Value.Failed(
                        array.place() + ": expected at most " + FragmentReader.MAX_ELEMENTS + " elements");
            }
            Value value = of.on(evaluation);
            Value result = Value.Bool.FALSE;
            for (Value element : elements.values()) {
                evaluation.steps().take(1);
                Value same = comparison.test(Op.EQUAL, element, value, array.place(), place);
                if (same == Value.Bool.TRUE) {
                    return same;
                }
                if (!(result instanceof Value.Failed) && !(same instanceof Value.Bool)) {
                    result = same;
                }
            }
            return result;
        }
    }

    /** SQL's LIKE. */
    record Like(Expression of, LikePattern pattern, String place) implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            return value instanceof Value.Text text
                    ? Value.Bool.of(pattern.matches(text.text(), evaluation.steps()))
                    : notText(value, place);
        }
    }

    /** One text in another. */
    record TextTest(TextMethod method, Expression of, Expression argument, String place, String argumentPlace)
            implements Condition {
        @Override
        public Value on(Evaluation evaluation) {
            Value value = of.on(evaluation);
            Value wanted = argument.on(evaluation);
            if (value instanceof Value.Failed) {
                return value;
            }
            if (!(wanted instanceof Value.Text part)) {
                return notText(wanted, argumentPlace);
            }
            return value instanceof Value.Text text
                    ? Value.Bool.of(method.holds(text.text(), part.text(), evaluation.steps()))
                    : notText(value, place);
        }
    }

    /** A value as another kind. */
    record CastTo(Cast cast, Expression of, String place) implements Expression {
        @Override
        public Value on(Evaluation evaluation) {
            evaluation.steps().take(1);
            Value value = of.on(evaluation);
            if (value instanceof Value.Failed) {
                return value;
            }
            if (value.isMissing()) {
                return Value.Missing.NULL;
            }
            return cast.of(value)
                    .orElseGet(() -> new Value.Failed(place + ": expected " + cast.wanted() + ", but this is "
                            + (value instanceof Value.Text ? "other text" : value.described())));
        }

        @Override
        public Kind kind() {
            return cast.kind();
        }
    }

    private static Value notText(Value value, String place) {
        if (value instanceof Value.Failed) {
            return value;
        }
        return value.isMissing()
                ? Value.Missing.NULL
                : new Value.Failed(place + ": expected text, but this is " + value.described());
    }
}
