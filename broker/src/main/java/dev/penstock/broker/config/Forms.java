package dev.penstock.broker.config;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the {@link Form} that belongs to a component's type and the unit at the end of its name. */
final class Forms {

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

    private Forms() {}

    /**
     * @param name the component's name, which ends in its unit
     * @param baseDirectory where relative paths start
     */
    static Form of(Class<?> type, String name, Setting setting, Path baseDirectory) {
        if (type == long.class || type == int.class) {
            return numeric(type, name, setting);
        }
        if (type == boolean.class) {
            return new Form("true or false", "true or false", Forms::bool);
        }
        if (type == String.class) {
            return text(setting);
        }
        if (type == Address.class) {
            return new Form("host:port", "host:port, such as 127.0.0.1:7800 or [::1]:7800", Address::parse);
        }
        if (type == DatabaseUrl.class) {
            return new Form("database URL", "postgresql://user@host:port/database", DatabaseUrl::parse);
        }
        if (type == Path.class) {
            return new Form("path", "a path", text -> path(text, baseDirectory));
        }
        if (type.isEnum()) {
            return choice(type);
        }
        throw new IllegalStateException("expected a type that the configuration knows, but got " + type + " " + name);
    }

    private static Form numeric(Class<?> type, String name, Setting setting) {
        if (name.endsWith("Millis")) {
            return bounded(type, setting, "duration", "a duration", "30s, 5m or PT1H", Forms::durationMillis);
        }
        if (name.endsWith("Bytes")) {
            return bounded(type, setting, "size", "a size", "256KiB or 2GiB", Sizes::parseBytes);
        }
        return bounded(type, setting, "number", "a whole number", "100", Forms::wholeNumber);
    }

    private static Form bounded(
            Class<?> type, Setting setting, String name, String what, String example, ToLongFunction<String> parse) {
        long least = setting.atLeast().isEmpty() ? 0 : parse.applyAsLong(setting.atLeast());
        long unboundedMost = type == int.class ? Integer.MAX_VALUE : Long.MAX_VALUE;
        long most = setting.atMost().isEmpty() ? unboundedMost : parse.applyAsLong(setting.atMost());
        String range = setting.atLeast().isEmpty() || setting.atMost().isEmpty()
                ? ""
                : " from " + setting.atLeast() + " to " + setting.atMost();
        Function<String, Object> checked = text -> {
            long value = parse.applyAsLong(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException("out of range");
            }
            // Not a conditional expression: that would widen the int to a long.
            if (type == int.class) {
                return Math.toIntExact(value);
            }
            return value;
        };
        return new Form(name, what + range + ", such as " + example, checked);
    }

    private static Form text(Setting setting) {
        if (setting.pattern().isEmpty()) {
            return new Form("text", "a text", text -> text);
        }
        Pattern pattern = Pattern.compile(setting.pattern());
        return new Form("text", setting.patternInWords(), text -> {
            if (!pattern.matcher(text).matches()) {
                throw new IllegalArgumentException("not of the form");
            }
            return text;
        });
    }

    private static Form choice(Class<?> type) {
        String words = Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return new Form(
                "one of " + words,
                "one of " + words,
                text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> ((Enum<?>) constant).name().equalsIgnoreCase(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("none of them")));
    }

    private static Object bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return text.equals("true");
    }

    private static Path path(String text, Path baseDirectory) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("it is blank");
        }
        return baseDirectory.resolve(text).normalize();
    }

    private static long wholeNumber(String text) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException("not a whole number");
        }
        return Long.parseLong(text);
    }

    /** {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}, or ISO 8601. A number without unit is refused. */
    static long durationMillis(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long millisPerUnit = switch (matcher.group(2)) {
                case "ms" -> 1;
                case "s" -> 1_000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                default -> 86_400_000;
            };
            return product(Long.parseLong(matcher.group(1)), millisPerUnit);
        }
        try {
            return Duration.parse(text).toMillis();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    WHOLE_NUMBER.matcher(text).matches() ? "it has no unit" : "not a duration", e);
        }
    }

    private static long product(long number, long factor) {
        try {
            return Math.multiplyExact(number, factor);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }
}
