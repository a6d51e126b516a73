package dev.penstock.broker.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of bytes as people write them. Stateless. */
public final class Sizes {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)?");

    private Sizes() {}

    /** {@code 512}, {@code 256KiB}, {@code 2GiB}; powers of ten as {@code 10MB}. */
    public static long parseBytes(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        long base = unit.endsWith("iB") ? 1024 : 1000;
        long factor = switch (unit.charAt(0)) {
            case 'K' -> base;
            case 'M' -> base * base;
            case 'G' -> base * base * base;
            case 'T' -> base * base * base * base;
            default -> 1;
        };
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }
}
