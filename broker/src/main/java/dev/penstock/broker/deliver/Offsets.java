package dev.penstock.broker.deliver;

/** The outside form of an offset: 16-digit zero-padded decimal; unpadded input is accepted. */
public final class Offsets {

    private static final int DIGITS = 16;

    private Offsets() {}

    public static String format(long offset) {
        String digits = Long.toString(offset);
        return digits.length() >= DIGITS ? digits : "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** Throws {@link IllegalArgumentException} naming the text when it is not an offset. */
    public static long parse(String text) {
        if (text.isEmpty() || text.length() > 19 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("expected an offset of up to 19 decimal digits, but got '" + text + "'");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected an offset below 2^63, but got '" + text + "'", e);
        }
    }
}
