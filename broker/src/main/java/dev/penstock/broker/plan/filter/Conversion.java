package dev.penstock.broker.plan.filter;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Values of one kind as another: what casts do, and what a comparison does to its other side. Null if it is not possible.
 * Stateless.
 */
final class Conversion {

    private Conversion() {}

    static @Nullable Numeral number(Value value) {
        if (value instanceof Value.Numeric number) {
            return number.numeral();
        }
        return value instanceof Value.Text text ? Numeral.parse(text.text().strip()) : null;
    }

    static @Nullable Instant time(Value value) {
        if (value instanceof Value.Time time) {
            return time.moment();
        }
        return value instanceof Value.Text text ? Moments.parse(text.text().strip()) : null;
    }

    /** A point in time; of a whole number the seconds since 1970. */
    static @Nullable Instant timeOrSeconds(Value value) {
        if (value instanceof Value.Numeric number && number.numeral().isWhole()) {
            Long seconds = number.numeral().whole();
            try {
                return seconds == null ? null : Instant.ofEpochSecond(seconds);
            } catch (DateTimeException outOfRange) {
                return null;
            }
        }
        return time(value);
    }

    /** The words that Postgres takes for a boolean. */
    static @Nullable Boolean bool(Value value) {
        if (value instanceof Value.Bool bool) {
            return bool == Value.Bool.TRUE;
        }
        if (value instanceof Value.Text text) {
            return switch (text.text().strip().toLowerCase(Locale.ROOT)) {
                case "t", "true", "y", "yes", "on", "1" -> Boolean.TRUE;
                case "f", "false", "n", "no", "off", "0" -> Boolean.FALSE;
                default -> null;
            };
        }
        return null;
    }

    /** A boolean, also of the numbers 0 and 1. */
    static @Nullable Boolean boolOrBit(Value value) {
        if (value instanceof Value.Numeric number && number.numeral().isWhole()) {
            Long bit = number.numeral().whole();
            if (bit == null || (bit != 0 && bit != 1)) {
                return null;
            }
            return bit == 1;
        }
        return bool(value);
    }

    /** As it was written. */
    static @Nullable String text(Value value) {
        if (value instanceof Value.Text text) {
            return text.text();
        }
        if (value instanceof Value.Numeric number) {
            return number.text();
        }
        if (value instanceof Value.Time time) {
            return Moments.format(time.moment());
        }
        return value instanceof Value.Bool bool ? (bool == Value.Bool.TRUE ? "true" : "false") : null;
    }
}
