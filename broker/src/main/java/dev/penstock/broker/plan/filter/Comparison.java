package dev.penstock.broker.plan.filter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How two operands are compared: by the kind that one of them is known to have, since a record's JSON does not tell what
 * type a string has in Postgres. Immutable.
 */
final class Comparison {

    private enum Mode {
        NUMBER,
        TIME,
        BOOL,
        TEXT,
        /** A text literal on the right: read as what the left is. */
        LITERAL,
        /** Two members: by what they are. */
        OPEN
    }

    private final Mode mode;
    private final @Nullable Numeral literalNumber;
    private final @Nullable Instant literalMoment;
    private final @Nullable Boolean literalBool;

    private Comparison(Mode mode, @Nullable Value literal) {
        this.mode = mode;
        this.literalNumber = literal == null ? null : Conversion.number(literal);
        this.literalMoment = literal == null ? null : Conversion.time(literal);
        this.literalBool = literal == null ? null : Conversion.bool(literal);
    }

    /** What cannot be compared, found before any event is seen. The message says why. */
    static final class NotComparable extends Exception {
        private static final long serialVersionUID = 1L;

        NotComparable(String message) {
            super(message, null, false, false);
        }
    }

    /** @param literal the right operand if it is one */
    static Comparison of(Kind left, Kind right, @Nullable Value literal) throws NotComparable {
        Value.Text text = literal instanceof Value.Text written ? written : null;
        if (left == Kind.ANY && text != null) {
            return new Comparison(Mode.LITERAL, literal);
        }
        if (left == Kind.ANY || right == Kind.ANY) {
            return new Comparison(modeOf(left == Kind.ANY ? right : left), null);
        }
        if (left == right) {
            return new Comparison(modeOf(left), null);
        }
        if (text != null && isReadAs(left, text)) {
            return new Comparison(modeOf(left), null);
        }
        throw new NotComparable(
                text != null
                        ? "expected " + left.words() + " to compare with, but this text reads as none"
                        : "expected two of a kind to compare, but got " + left.words() + " and " + right.words());
    }

    private static boolean isReadAs(Kind kind, Value literal) {
        return switch (kind) {
            case NUMBER -> Conversion.number(literal) != null;
            case TIME -> Conversion.time(literal) != null;
            case BOOL -> Conversion.bool(literal) != null;
            default -> false;
        };
    }

    private static Mode modeOf(Kind kind) {
        return switch (kind) {
            case NUMBER -> Mode.NUMBER;
            case TIME -> Mode.TIME;
            case BOOL -> Mode.BOOL;
            case TEXT -> Mode.TEXT;
            case ANY, NULL -> Mode.OPEN;
        };
    }

    /** True, false, null where one side is null, or a failure. The places are those of the operands. */
    Value test(Op op, Value left, Value right, String leftPlace, String rightPlace) {
        if (left instanceof Value.Failed failed) {
            return failed;
        }
        if (right instanceof Value.Failed failed) {
            return failed;
        }
        if (left.isMissing() || right.isMissing()) {
            return Value.Missing.NULL;
        }
        Operands operands = new Operands(op, left, right, leftPlace, rightPlace);
        return switch (mode) {
            case NUMBER -> operands.asNumbers();
            case TIME -> operands.asTimes();
            case BOOL -> operands.asBooleans();
            case TEXT -> operands.asTexts();
            case LITERAL -> withLiteral(operands);
            case OPEN -> open(operands);
        };
    }

    private Value withLiteral(Operands operands) {
        Value left = operands.left;
        if (left instanceof Value.Numeric number) {
            return operands.compared(number.numeral(), literalNumber, "a number");
        }
        if (left instanceof Value.Bool bool) {
            return operands.compared(bool == Value.Bool.TRUE, literalBool, "a boolean");
        }
        if (literalMoment != null) {
            Instant moment = Conversion.time(left);
            if (moment != null) {
                return operands.compared(moment, literalMoment, "a time");
            }
        }
        return operands.asTexts();
    }

    private static Value open(Operands operands) {
        Value left = operands.left;
        Value right = operands.right;
        if (left instanceof Value.Numeric || right instanceof Value.Numeric) {
            return operands.asNumbers();
        }
        if (left instanceof Value.Bool || right instanceof Value.Bool) {
            return operands.asBooleans();
        }
        if (left instanceof Value.Text one && right instanceof Value.Text other) {
            if (Numeral.isWrittenByPostgres(one.text()) && Numeral.isWrittenByPostgres(other.text())) {
                return operands.asNumbers();
            }
            Instant moment = Moments.parse(one.text());
            Instant otherMoment = moment == null ? null : Moments.parse(other.text());
            if (moment != null && otherMoment != null) {
                return operands.compared(moment, otherMoment, "a time");
            }
        }
        return operands.asTexts();
    }

    private record Operands(Op op, Value left, Value right, String leftPlace, String rightPlace) {

        Value asNumbers() {
            return compared(Conversion.number(left), Conversion.number(right), "a number");
        }

        Value asTimes() {
            return compared(Conversion.time(left), Conversion.time(right), "a time");
        }

        Value asBooleans() {
            return compared(Conversion.bool(left), Conversion.bool(right), "a boolean");
        }

        Value asTexts() {
            String one = Conversion.text(left);
            String other = Conversion.text(right);
            if (one == null || other == null) {
                return failed(one == null, "text");
            }
            return Value.Bool.of(op.holds(op.isEquality() ? (one.equals(other) ? 0 : 1) : order(one, other)));
        }

        <T extends Comparable<T>> Value compared(@Nullable T one, @Nullable T other, String wanted) {
            if (one == null || other == null) {
                return failed(one == null, wanted);
            }
            return Value.Bool.of(op.holds(one.compareTo(other)));
        }

        private Value failed(boolean onTheLeft, String wanted) {
            Value value = onTheLeft ? left : right;
            return new Value.Failed((onTheLeft ? leftPlace : rightPlace) + ": expected " + wanted + ", but this is "
                    + value.described() + (value instanceof Value.Text ? " that reads as none" : ""));
        }
    }

    /** By code points, as Postgres orders text in UTF-8 under the collation C. */
    static int order(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                // UTF-16 puts the pairs of the higher planes before U+E000 to U+FFFF.
                return Integer.compare(rank(a), rank(b));
            }
        }
        return Integer.compare(one.length(), other.length());
    }

    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x1_0000 : c;
    }
}
