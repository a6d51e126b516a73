package dev.penstock.broker.plan.filter;

import org.jspecify.annotations.Nullable;

/**
 * A number exactly as it is written, to be compared: any number of digits, in time linear in them. Not BigDecimal, whose
 * reading takes quadratic time: a json column may hold a number of a million digits. Ordered as Postgres orders numeric:
 * -Infinity, the numbers, Infinity, NaN; each equal to itself.
 *
 * @param rank 0 = -Infinity, 1 = a number, 2 = Infinity, 3 = NaN
 * @param sign -1, 0 or 1
 * @param digits of a number without zeros at either end; empty for 0
 * @param exponent the number is 0.digits times ten to this power
 */
record Numeral(int rank, int sign, String digits, long exponent) implements Comparable<Numeral> {

    private static final int NUMBER = 1;

    /** An exponent of more digits is refused: JSON allows it, no type of Postgres has it. */
    private static final int MAX_EXPONENT_DIGITS = 15;

    /** -9223372036854775808 has so many digits. */
    private static final int MAX_LONG_DIGITS = 19;

    /** Null if the text is no number: digits, at most one point, maybe an exponent; NaN, Infinity, -Infinity. */
    static @Nullable Numeral parse(String text) {
        return switch (text) {
            case "NaN" -> new Numeral(3, 0, "", 0);
            case "Infinity" -> new Numeral(2, 0, "", 0);
            case "-Infinity" -> new Numeral(0, 0, "", 0);
            default -> number(text);
        };
    }

    static Numeral of(long value) {
        Numeral numeral = number(Long.toString(value));
        if (numeral == null) {
            throw new IllegalStateException("expected " + value + " to be a number");
        }
        return numeral;
    }

    private static @Nullable Numeral number(String text) {
        int at = 0;
        int end = text.length();
        boolean negative = false;
        if (end > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+')) {
            negative = text.charAt(0) == '-';
            at = 1;
        }
        int wholeEnd = digitsEnd(text, at);
        int fraction = wholeEnd;
        int fractionEnd = wholeEnd;
        if (wholeEnd < end && text.charAt(wholeEnd) == '.') {
            fraction = wholeEnd + 1;
            fractionEnd = digitsEnd(text, fraction);
        }
        if (wholeEnd - at + fractionEnd - fraction == 0) {
            return null;
        }
        long exponent = 0;
        if (fractionEnd < end) {
            Long written = exponent(text, fractionEnd);
            if (written == null) {
                return null;
            }
            exponent = written;
        }
        String digits = text.substring(at, wholeEnd) + text.substring(fraction, fractionEnd);
        return normal(negative, digits, exponent + (wholeEnd - at));
    }

    private static @Nullable Long exponent(String text, int at) {
        if (text.charAt(at) != 'e' && text.charAt(at) != 'E') {
            return null;
        }
        int from = at + 1;
        boolean negative = from < text.length() && text.charAt(from) == '-';
        if (negative || (from < text.length() && text.charAt(from) == '+')) {
            from++;
        }
        int end = text.length();
        if (digitsEnd(text, from) != end || from == end) {
            return null;
        }
        while (from < end - 1 && text.charAt(from) == '0') {
            from++;
        }
        if (end - from > MAX_EXPONENT_DIGITS) {
            return null;
        }
        long value = Long.parseLong(text.substring(from));
        return negative ? -value : value;
    }

    private static Numeral normal(boolean negative, String digits, long exponent) {
        int from = 0;
        int to = digits.length();
        while (from < to && digits.charAt(from) == '0') {
            from++;
        }
        while (to > from && digits.charAt(to - 1) == '0') {
            to--;
        }
        if (from == to) {
            return new Numeral(NUMBER, 0, "", 0);
        }
        return new Numeral(NUMBER, negative ? -1 : 1, digits.substring(from, to), exponent - from);
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /**
     * Whether text reads as Postgres writes a number: no sign but minus, no zeros before the first digit, no exponent. So a
     * code such as 0123 is text.
     */
    static boolean isWrittenByPostgres(String text) {
        if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
            return true;
        }
        int from = text.startsWith("-") ? 1 : 0;
        int whole = digitsEnd(text, from);
        if (whole == from || (text.charAt(from) == '0' && whole > from + 1)) {
            return false;
        }
        if (whole == text.length()) {
            return true;
        }
        return text.charAt(whole) == '.' && whole + 1 < text.length() && digitsEnd(text, whole + 1) == text.length();
    }

    /** Without what is behind the point; null if that does not fit into a bigint, or is no number. */
    @Nullable
    Long whole() {
        if (rank != NUMBER) {
            return null;
        }
        if (sign == 0 || exponent <= 0) {
            return 0L;
        }
        if (exponent > MAX_LONG_DIGITS) {
            return null;
        }
        int places = (int) exponent;
        String whole = digits.length() > places ? digits.substring(0, places) : digits;
        try {
            return Long.valueOf((sign < 0 ? "-" : "") + whole + "0".repeat(places - whole.length()));
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    boolean isWhole() {
        return rank == NUMBER && digits.length() <= Math.max(0, exponent);
    }

    @Override
    public int compareTo(Numeral other) {
        if (rank != other.rank) {
            return Integer.compare(rank, other.rank);
        }
        if (sign != other.sign) {
            return Integer.compare(sign, other.sign);
        }
        int magnitude = Long.compare(exponent, other.exponent);
        if (magnitude == 0) {
            magnitude = digits.compareTo(other.digits);
        }
        return sign < 0 ? -magnitude : magnitude;
    }
}
