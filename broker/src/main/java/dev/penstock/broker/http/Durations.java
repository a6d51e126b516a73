package dev.penstock.broker.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as text: {@code 30s}, {@code 5m}, {@code 2h}, {@code 250ms}, {@code PT1H}; a bare number is seconds. Stateless. */
public final class Durations {

    private static final Pattern SHORT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)?");

    private Durations() {}

    /** Milliseconds, parts of one rounded down. */
    public static long parseMillis(String text, String what) {
        Matcher matcher = SHORT.matcher(text);
        if (matcher.matches()) {
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            return new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(unitMillis(unit)))
                    .setScale(0, RoundingMode.DOWN)
                    .longValueExact();
        }
        if (text.startsWith("P") && text.length() <= 64) {
            try {
                long millis = Duration.parse(text).toMillis();
                if (millis >= 0) {
                    return millis;
                }
            } catch (DateTimeException | ArithmeticException e) {
                throw expected(text, what);
            }
        }
        throw expected(text, what);
    }

    /** {@code 30s} where it is whole seconds, else {@code 250ms}. */
    public static String format(long millis) {
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    /** Seconds with milliseconds, as a JSON number. */
    public static String seconds(long millis) {
        return String.format(Locale.ROOT, "%d.%03d", millis / 1_000, millis % 1_000);
    }

    private static long unitMillis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
    }

    private static HttpFailure expected(String text, String what) {
        return HttpFailure.invalid("expected a duration such as 30s, 5m or PT1H for " + what + ", but got '"
                + HttpFailure.shown(text) + "'");
    }
}
