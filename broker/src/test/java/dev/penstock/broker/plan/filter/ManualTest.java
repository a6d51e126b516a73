package dev.penstock.broker.plan.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every example in the table of docs/api.md. */
class ManualTest {

    private static final Pattern ROW =
            Pattern.compile("\\| `(\\{.*})` \\| `(.+)` \\| (matches|does not match|fails) \\|");

    @Test
    void shouldDoWhatTheManualShows() throws IOException {
        List<Matcher> rows = Files.readAllLines(Path.of("../docs/api.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .toList();
        assertThat(rows).hasSizeGreaterThan(40);
        for (Matcher row : rows) {
            // A bar within a cell is escaped.
            String expression = row.group(2).replace("\\|", "|");
            Judgement judgement = OneEvent.of(row.group(1)).judged(expression);
            String said = switch (judgement.verdict()) {
                case MATCHES -> "matches";
                case DOES_NOT_MATCH -> "does not match";
                case FAILED -> "fails";
            };
            assertThat(said)
                    .as("%s on %s: %s", expression, row.group(1), judgement.reason())
                    .isEqualTo(row.group(3));
        }
    }

    @Test
    void shouldNameTheBoundsOfTheManual() throws IOException {
        String manual = Files.readString(Path.of("../docs/api.md"));

        assertThat(manual)
                .contains(
                        "Bounds: 4,096 characters, 32 levels within each other, 1,000 literals in a list, 16 steps in a path,"
                                + " arrays of 100,000 elements")
                .contains("20 million\n  steps");
        assertThat(Where.MAX_CHARACTERS).isEqualTo(4_096);
        assertThat(Parser.MAX_DEPTH).isEqualTo(32);
        assertThat(Parser.MAX_LIST).isEqualTo(1_000);
        assertThat(Paths.MAX_STEPS).isEqualTo(16);
        assertThat(FragmentReader.MAX_ELEMENTS).isEqualTo(100_000);
        assertThat(Steps.MAX).isEqualTo(20_000_000);
    }
}
