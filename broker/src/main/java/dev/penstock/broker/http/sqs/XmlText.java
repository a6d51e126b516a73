package dev.penstock.broker.http.sqs;

/**
 * Text as XML 1.0 can carry it. What no XML 1.0 document can hold, not even escaped (most control characters, halves of
 * surrogate pairs, U+FFFE and U+FFFF), becomes U+FFFD: one such body would make a client refuse the whole answer. Stateless.
 */
final class XmlText {

    private static final char REPLACEMENT = '\uFFFD';

    private XmlText() {}

    static boolean isCarried(String text) {
        for (int i = 0; i < text.length(); i++) {
            int c = text.codePointAt(i);
            if (!isCharacter(c)) {
                return false;
            }
            i += Character.charCount(c) - 1;
        }
        return true;
    }

    /** With the replacements, not escaped. */
    static String carried(String text) {
        if (isCarried(text)) {
            return text;
        }
        StringBuilder carried = new StringBuilder(text.length());
        text.codePoints().forEach(c -> carried.appendCodePoint(isCharacter(c) ? c : REPLACEMENT));
        return carried.toString();
    }

    private static boolean isCharacter(int c) {
        return c == 0x9
                || c == 0xA
                || c == 0xD
                || (c >= 0x20 && c <= 0xD7FF)
                || (c >= 0xE000 && c <= 0xFFFD)
                || (c >= 0x10000 && c <= 0x10FFFF);
    }

    /** @param text as {@link #carried} gives it */
    static void append(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                // A parser would make it a line feed.
                case '\r' -> out.append("&#xD;");
                default -> out.append(c);
            }
        }
    }
}
