package dev.penstock.broker.plan.filter;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Random expressions with what they mean, told a second time in the plainest way: BigDecimal, regular expressions, no
 * short cuts. Knows the page of the manual, not the code under test. A row maps names to Boolean, BigDecimal, String or
 * {@link #NULL}; what is not in it is absent.
 */
record NaiveWhere(String text, Function<Map<String, Object>, Object> meaning) {

    static final Object NULL = "the null of JSON".toCharArray();

    /** It cannot be told. */
    static final Object FAILED = "failed".toCharArray();

    /** Neither true nor false. */
    static final Object UNKNOWN = "unknown".toCharArray();

    static final List<String> COLUMNS = List.of("a", "b", "c", "d", "missing");

    private static final List<String> NUMBERS =
            List.of("0", "1", "-1", "0.1", "0.10", "9223372036854775807", "9223372036854775808", "1e3", "19.9", "-0.0");
    private static final List<String> TEXTS =
            List.of("", "1", "01", "0.1", "new", "paid", "pa%d", "a_b", "Äpfel", "😀", "true", "f", "19.90", "NaN x");
    private static final List<String> PATTERNS =
            List.of("%", "", "_", "p%", "%d", "%a%", "p__d", "_%_", "%pf%", "pa\\%d", "a\\_b", "%%", "1%", "_");
    private static final List<String> OPS = List.of("==", "!=", "<", "<=", ">", ">=");

    static Object randomValue(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> new BigDecimal(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 1, 2 -> TEXTS.get(random.nextInt(TEXTS.size()));
            case 3 -> random.nextBoolean();
            default -> NULL;
        };
    }

    Object on(Map<String, Object> row) {
        return meaning.apply(row);
    }

    static NaiveWhere condition(Random random, int depth) {
        if (depth > 0 && random.nextInt(3) > 0) {
            NaiveWhere one = condition(random, depth - 1);
            NaiveWhere other = condition(random, depth - 1);
            return switch (random.nextInt(3)) {
                case 0 ->
                    new NaiveWhere(
                            (random.nextBoolean() ? "not (" : "!(") + one.text + ")", row -> negated(one.on(row)));
                case 1 ->
                    new NaiveWhere(
                            "(" + one.text + ")" + (random.nextBoolean() ? " and " : "&&") + "(" + other.text + ")",
                            row -> joined(one.on(row), other.on(row), false));
                default ->
                    new NaiveWhere(
                            "(" + one.text + ")" + (random.nextBoolean() ? " OR " : "||") + "(" + other.text + ")",
                            row -> joined(one.on(row), other.on(row), true));
            };
        }
        return test(random);
    }

    private static NaiveWhere test(Random random) {
        String column = pick(COLUMNS, random);
        Function<Map<String, Object>, Object> member = row -> row.getOrDefault(column, UNKNOWN);
        String path = random.nextBoolean() ? "record." + column : "record[\"" + column + "\"]";
        return switch (random.nextInt(7)) {
            case 0 -> new NaiveWhere("has(" + path + ")", row -> row.containsKey(column));
            case 1 -> {
                boolean wantsNull = random.nextBoolean();
                yield new NaiveWhere(
                        path + (wantsNull ? " == null" : " != null"), row -> isMissing(member.apply(row)) == wantsNull);
            }
            case 2 -> in(random, path, member);
            case 3 -> {
                String pattern = pick(PATTERNS, random);
                yield new NaiveWhere(
                        path + " like '" + pattern.replace("\\", "\\\\") + "'",
                        row -> ofText(member.apply(row), text -> like(text, pattern)));
            }
            case 4 -> method(random, path, member);
            case 5 -> {
                String second = pick(COLUMNS, random);
                String op = pick(OPS, random);
                yield new NaiveWhere(
                        path + op + " record." + second,
                        row -> membersCompared(op, member.apply(row), row.getOrDefault(second, UNKNOWN)));
            }
            default -> withLiteral(random, path, member);
        };
    }

    private static NaiveWhere method(Random random, String path, Function<Map<String, Object>, Object> member) {
        String part = pick(TEXTS, random);
        String name = pick(List.of("startsWith", "endsWith", "contains"), random);
        return new NaiveWhere(
                path + "." + name + "('" + part + "')",
                row -> ofText(member.apply(row), text -> switch (name) {
                    case "startsWith" -> text.startsWith(part);
                    case "endsWith" -> text.endsWith(part);
                    default -> text.contains(part);
                }));
    }

    private static NaiveWhere in(Random random, String path, Function<Map<String, Object>, Object> member) {
        boolean numbers = random.nextBoolean();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            values.add(numbers ? new BigDecimal(pick(NUMBERS, random)) : pick(TEXTS, random));
        }
        boolean negated = random.nextBoolean();
        String list = values.stream().map(NaiveWhere::written).collect(Collectors.joining(", ", "[", "]"));
        return new NaiveWhere(path + (negated ? " not in " : " in ") + list, row -> {
            Object result = false;
            for (Object value : values) {
                if (result.equals(false)) {
                    result = literalCompared("==", member.apply(row), value);
                }
            }
            return negated ? negated(result) : result;
        });
    }

    private static NaiveWhere withLiteral(Random random, String path, Function<Map<String, Object>, Object> member) {
        Object literal = switch (random.nextInt(3)) {
            case 0 -> new BigDecimal(pick(NUMBERS, random));
            case 1 -> pick(TEXTS, random);
            default -> random.nextBoolean();
        };
        String op = pick(OPS, random);
        return random.nextBoolean()
                ? new NaiveWhere(
                        path + " " + op + " " + written(literal),
                        row -> literalCompared(op, member.apply(row), literal))
                : new NaiveWhere(
                        written(literal) + op + path,
                        row -> literalCompared(
                                op.replace("<", "#").replace(">", "<").replace("#", ">"), member.apply(row), literal));
    }

    private static String written(Object literal) {
        return literal instanceof String text ? "\"" + text + "\"" : literal.toString();
    }

    private static Object literalCompared(String op, Object value, Object literal) {
        if (isMissing(value)) {
            return UNKNOWN;
        }
        if (literal instanceof BigDecimal number) {
            BigDecimal other = number(value);
            return other == null ? FAILED : (Object) holds(op, other.compareTo(number));
        }
        if (literal instanceof Boolean bool) {
            Boolean other = bool(value);
            return other == null ? FAILED : (Object) holds(op, other.compareTo(bool));
        }
        if (value instanceof BigDecimal number) {
            BigDecimal other = number(literal);
            return other == null ? FAILED : (Object) holds(op, number.compareTo(other));
        }
        if (value instanceof Boolean bool) {
            Boolean other = bool(literal);
            return other == null ? FAILED : (Object) holds(op, bool.compareTo(other));
        }
        return holds(op, textOrder((String) value, (String) literal));
    }

    private static Object membersCompared(String op, Object one, Object other) {
        if (isMissing(one) || isMissing(other)) {
            return UNKNOWN;
        }
        Pattern written = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
        boolean numbers = one instanceof BigDecimal
                || other instanceof BigDecimal
                || (one instanceof String s
                        && other instanceof String t
                        && written.matcher(s).matches()
                        && written.matcher(t).matches());
        if (numbers) {
            BigDecimal left = number(one);
            BigDecimal right = number(other);
            return (left == null || right == null) ? FAILED : (Object) holds(op, left.compareTo(right));
        }
        if (one instanceof Boolean || other instanceof Boolean) {
            Boolean left = bool(one);
            Boolean right = bool(other);
            return (left == null || right == null) ? FAILED : (Object) holds(op, left.compareTo(right));
        }
        return holds(op, textOrder((String) one, (String) other));
    }

    private static @Nullable BigDecimal number(Object value) {
        if (value instanceof BigDecimal number) {
            return number;
        }
        try {
            return value instanceof String text ? new BigDecimal(text) : null;
        } catch (NumberFormatException notOne) {
            return null;
        }
    }

    private static @Nullable Boolean bool(Object value) {
        if (value instanceof String text) {
            return List.of("t", "true", "y", "yes", "on", "1").contains(text)
                    ? Boolean.TRUE
                    : List.of("f", "false", "n", "no", "off", "0").contains(text) ? Boolean.FALSE : null;
        }
        return value instanceof Boolean bool ? bool : null;
    }

    private static int textOrder(String one, String other) {
        int[] left = one.codePoints().toArray();
        int[] right = other.codePoints().toArray();
        return Arrays.compare(left, right);
    }

    private static boolean holds(String op, int order) {
        return switch (op) {
            case "==" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static Object ofText(Object value, Function<String, Boolean> test) {
        if (isMissing(value)) {
            return UNKNOWN;
        }
        return value instanceof String text ? test.apply(text) : FAILED;
    }

    private static boolean like(String text, String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '%' -> regex.append(".*");
                case '_' -> regex.append('.');
                case '\\' -> regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
    }

    private static boolean isMissing(Object value) {
        return value == NULL || value == UNKNOWN;
    }

    private static Object negated(Object truth) {
        return truth instanceof Boolean bool ? (Object) !bool : truth;
    }

    private static Object joined(Object one, Object other, boolean decisive) {
        if (one.equals(decisive) || other.equals(decisive)) {
            return decisive;
        }
        if (one == FAILED || other == FAILED) {
            return FAILED;
        }
        return (one == UNKNOWN || other == UNKNOWN) ? UNKNOWN : (Object) !decisive;
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
