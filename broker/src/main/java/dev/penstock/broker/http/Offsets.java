package dev.penstock.broker.http;

import java.util.Locale;

/** Offsets as text: 16 digits, zero-padded; unpadded input is accepted. Stateless. */
public final class Offsets {

    /** More digits than any offset has: 18 fit a long. */
    private static final int MAX_DIGITS = 18;

    private Offsets() {}

    public static String format(long offset) {
        return String.format(Locale.ROOT, "%016d", offset);
    }

    public static long parse(String text) {
        boolean digits =
                !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw HttpFailure.invalid(
                    "expected an offset such as 0000000000004711, but got '" + HttpFailure.shown(text) + "'");
        }
        return Long.parseLong(text);
    }
}
