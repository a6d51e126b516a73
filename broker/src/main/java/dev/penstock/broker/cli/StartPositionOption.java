package dev.penstock.broker.cli;

import dev.penstock.client.StartAt;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Positions as arguments: a word, an offset, {@code @lsn:X/Y}, a time, or how long ago. */
final class StartPositionOption {

    static final String FORMS = "earliest, latest, an offset, a time (2026-11-21T10:00:00Z or -15m) or @lsn:0/16B3748";

    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");
    private static final String LSN = "@lsn:";

    private StartPositionOption() {}

    static StartAt parse(String text) {
        if (text.equals("earliest")) {
            return StartAt.earliest();
        }
        if (text.equals("latest")) {
            return StartAt.latest();
        }
        if (OFFSET.matcher(text).matches()) {
            return StartAt.offset(text);
        }
        if (text.startsWith(LSN)) {
            return StartAt.lsn(text.substring(LSN.length()));
        }
        try {
            if (text.startsWith("-")) {
                Duration ago = DurationOption.parse(text.substring(1));
                return StartAt.time(Instant.now().minus(ago));
            }
            return StartAt.time(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException | TypeConversionException e) {
            throw new CommandFailed(ExitCode.USAGE, "expected " + FORMS + ", but got '" + text + "'", "");
        }
    }
}
