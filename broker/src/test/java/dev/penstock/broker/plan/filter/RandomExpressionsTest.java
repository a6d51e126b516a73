package dev.penstock.broker.plan.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Expressions out of a seeded generator: sense against a second implementation, nonsense against refusal. */
class RandomExpressionsTest {

    private static final long SEED = Long.getLong("seed", 20_261_127L);

    @Test
    void shouldMeanWhatTheManualSays() {
        Random random = new Random(SEED);
        Map<Judgement.Verdict, Integer> seen = new EnumMap<>(Judgement.Verdict.class);
        for (int i = 0; i < 20_000; i++) {
            NaiveWhere expected = NaiveWhere.condition(random, random.nextInt(4));
            Where where = Where.compile(expected.text());
            for (int e = 0; e < 4; e++) {
                Map<String, Object> row = row(random);
                String json = json(row);
                Judgement judgement = where.judge(OneEvent.of(json).at());
                Object meant = expected.on(row);
                Judgement.Verdict right = meant == NaiveWhere.FAILED
                        ? Judgement.Verdict.FAILED
                        : meant.equals(true) ? Judgement.Verdict.MATCHES : Judgement.Verdict.DOES_NOT_MATCH;
                if (judgement.verdict() != right) {
                    throw new AssertionError("seed " + SEED + ": expected " + right + " of " + expected.text() + " on "
                            + json + ", but got " + judgement);
                }
                seen.merge(judgement.verdict(), 1, Integer::sum);
            }
        }
        assertThat(seen).hasSize(3);
        assertThat(seen.values()).as("each answer was reached often").allMatch(count -> count > 5_000);
    }

    private static Map<String, Object> row(Random random) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (String column : List.of("a", "b", "c", "d")) {
            if (random.nextInt(8) > 0) {
                row.put(column, NaiveWhere.randomValue(random));
            }
        }
        return row;
    }

    private static String json(Map<String, Object> row) {
        List<String> members = new ArrayList<>();
        row.forEach((name, value) -> members.add("\"" + name + "\":"
                + (value == NaiveWhere.NULL ? "null" : value instanceof String text ? "\"" + text + "\"" : value)));
        return "{" + String.join(",", members) + "}";
    }

    /** Words, signs, parts and rubbish in any order. */
    private static final List<String> PIECES = List.of(
            "record",
            "changes",
            "metadata",
            "action",
            ".",
            "[",
            "]",
            "(",
            ")",
            ",",
            "==",
            "!=",
            "<",
            "<=",
            "=",
            "!",
            "&&",
            "||",
            "and",
            "or",
            "not",
            "in",
            "like",
            "null",
            "true",
            "1",
            "-",
            "1.5e3",
            "9e999",
            "'a'",
            "\"b\"",
            "'",
            "\"",
            "\\",
            "'\\u",
            "'\\%'",
            "has(",
            "int(",
            "timestamp(",
            ".startsWith(",
            ".x",
            "[0]",
            "['k']",
            " ",
            "\n",
            "\t",
            "\u0000",
            "é",
            "😀",
            "\ud83d",
            "\ufeff",
            "\u202e",
            "%",
            "`",
            "#",
            "is",
            "is null",
            "record.a",
            "recrod");

    @Test
    void shouldRefuseNonsenseAndNothingElse() {
        Random random = new Random(SEED);
        int[] counts = new int[2];
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int i = 0; i < 60_000; i++) {
                String text = random.nextInt(4) == 0 ? mutated(random) : nonsense(random);
                try {
                    Where where = Where.compile(text);
                    // What is an expression gives an answer.
                    where.judge(OneEvent.of("{\"a\":1,\"x\":\"y\"}").at());
                    counts[0]++;
                } catch (ExpressionRefused refused) {
                    boolean shown = String.valueOf(refused.getMessage()).split("\n").length == 3;
                    if (!shown || refused.line() < 1 || refused.column() < 1) {
                        throw new AssertionError("seed " + SEED + ": " + text, refused);
                    }
                    counts[1]++;
                } catch (RuntimeException other) {
                    throw new AssertionError("seed " + SEED + ": " + text, other);
                }
            }
        });
        assertThat(IntStream.of(counts)).allMatch(count -> count > 300);
    }

    private static String nonsense(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= random.nextInt(20); i++) {
            if (random.nextInt(12) == 0) {
                text.appendCodePoint(random.nextInt(0x11_0000));
            } else {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            text.append(random.nextBoolean() ? " " : "");
        }
        return text.toString();
    }

    /** An expression with a few characters changed, removed or put in. */
    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(NaiveWhere.condition(random, 2).text());
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.setCharAt(at, (char) (' ' + random.nextInt(95)));
            }
            if (text.isEmpty()) {
                text.append('x');
            }
        }
        return text.toString();
    }

    @Test
    void shouldOrderNumbersAsBigDecimalDoes() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            String one = number(random);
            String other = random.nextInt(5) == 0 ? one + (one.contains("e") ? "" : "0") : number(random);
            Numeral left = Objects.requireNonNull(Numeral.parse(one), one);
            Numeral right = Objects.requireNonNull(Numeral.parse(other), other);
            boolean same = Integer.signum(left.compareTo(right)) == new BigDecimal(one).compareTo(new BigDecimal(other))
                    && Objects.equals(left.whole(), whole(new BigDecimal(one)));
            if (!same) {
                throw new AssertionError("seed " + SEED + ": " + one + " and " + other);
            }
        }
    }

    private static @Nullable Long whole(BigDecimal number) {
        try {
            return number.toBigInteger().longValueExact();
        } catch (ArithmeticException tooLarge) {
            return null;
        }
    }

    private static String number(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
        for (int i = 0; i <= random.nextInt(random.nextInt(4) == 0 ? 25 : 3); i++) {
            text.append(random.nextInt(4) == 0 ? "0" : random.nextInt(10));
        }
        if (random.nextBoolean()) {
            text.append('.');
            for (int i = 0; i <= random.nextInt(4); i++) {
                text.append(random.nextInt(3) == 0 ? "0" : random.nextInt(10));
            }
        }
        if (random.nextInt(3) == 0) {
            text.append(random.nextBoolean() ? "e" : "E").append(random.nextInt(45) - 20);
        }
        return text.toString();
    }
}
