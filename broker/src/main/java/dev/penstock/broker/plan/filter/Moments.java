package dev.penstock.broker.plan.filter;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times as Postgres writes them, and as ISO 8601 does: {@code 2024-02-29}, {@code 2024-02-29T12:34:56.789+00:00},
 * with a space for the T, {@code +00}, {@code Z} or no zone (then UTC), years of more than four digits, {@code BC},
 * {@code infinity}.
 */
final class Moments {

    /** Longer than any date with its time: nothing longer is looked at. */
    private static final int MAX_CHARACTERS = 50;

    private static final int MAX_YEAR_DIGITS = 7;

    private final String text;
    private int at;

    private Moments(String text) {
        this.text = text;
    }

    /** Null if the text is no date. */
    static @Nullable Instant parse(String text) {
        if (text.equals("infinity")) {
            return Instant.MAX;
        }
        if (text.equals("-infinity")) {
            return Instant.MIN;
        }
        if (text.length() < 10 || text.length() > MAX_CHARACTERS || !isDigit(text.charAt(0))) {
            return null;
        }
        try {
            return new Moments(text).read();
        } catch (DateTimeException noSuchDay) {
            return null;
        }
    }

    /** As the events write times: microseconds, or nanoseconds where there are some. */
    static String format(Instant moment) {
        if (moment.equals(Instant.MAX)) {
            return "infinity";
        }
        return moment.equals(Instant.MIN) ? "-infinity" : moment.toString();
    }

    private @Nullable Instant read() {
        int yearDigits = digits(MAX_YEAR_DIGITS);
        if (yearDigits < 4) {
            return null;
        }
        int year = Integer.parseInt(text.substring(0, yearDigits));
        int month = next('-') ? two() : -1;
        int day = month > 0 && next('-') ? two() : -1;
        if (day < 0) {
            return null;
        }
        int[] time = {0, 0, 0, 0};
        int offsetSeconds = 0;
        if (nextTimeMark()) {
            Integer zone = time(time) ? zone() : null;
            if (zone == null) {
                return null;
            }
            offsetSeconds = zone;
        }
        if (text.startsWith(" BC", at)) {
            at += 3;
            // The year before 1 AD is 1 BC; ISO calls it 0.
            year = 1 - year;
        } else if (year == 0) {
            return null;
        }
        if (at != text.length()) {
            return null;
        }
        return LocalDateTime.of(year, month, day, time[0], time[1], time[2], time[3])
                .toInstant(ZoneOffset.ofTotalSeconds(offsetSeconds));
    }

    private boolean nextTimeMark() {
        boolean mark = at + 1 < text.length()
                && (text.charAt(at) == 'T' || text.charAt(at) == 't' || text.charAt(at) == ' ')
                && isDigit(text.charAt(at + 1));
        if (mark) {
            at++;
        }
        return mark;
    }

    /** Hours, minutes, maybe seconds and their fraction. */
    private boolean time(int[] into) {
        into[0] = two();
        into[1] = into[0] >= 0 && next(':') ? two() : -1;
        if (into[1] < 0) {
            return false;
        }
        if (next(':')) {
            into[2] = two();
            if (into[2] < 0) {
                return false;
            }
            if (next('.')) {
                int from = at;
                int count = digits(9);
                if (count == 0) {
                    return false;
                }
                into[3] = Integer.parseInt(text.substring(from, at) + "0".repeat(9 - count));
            }
        }
        return true;
    }

    /** Seconds east of UTC; null if it is no zone. */
    private @Nullable Integer zone() {
        if (next('Z') || next('z')) {
            return 0;
        }
        boolean west = at < text.length() && text.charAt(at) == '-';
        if (!west && !(at < text.length() && text.charAt(at) == '+')) {
            return 0;
        }
        at++;
        int hours = two();
        int minutes = 0;
        int seconds = 0;
        if (hours < 0) {
            return null;
        }
        if (next(':') || isDigitHere()) {
            minutes = two();
            if (next(':')) {
                seconds = two();
            }
        }
        if (minutes < 0 || seconds < 0 || minutes > 59 || seconds > 59) {
            return null;
        }
        int total = hours * 3_600 + minutes * 60 + seconds;
        return west ? -total : total;
    }

    private boolean next(char wanted) {
        boolean is = at < text.length() && text.charAt(at) == wanted;
        if (is) {
            at++;
        }
        return is;
    }

    private boolean isDigitHere() {
        return at < text.length() && isDigit(text.charAt(at));
    }

    private int two() {
        return digits(2) == 2 ? Integer.parseInt(text.substring(at - 2, at)) : -1;
    }

    /** Reads digits, at most so many; how many there were. */
    private int digits(int max) {
        int count = 0;
        while (count < max && isDigitHere()) {
            at++;
            count++;
        }
        return count;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
