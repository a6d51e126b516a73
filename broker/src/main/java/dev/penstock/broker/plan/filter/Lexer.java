package dev.penstock.broker.plan.filter;

import java.util.List;

/** Cuts an expression into words. One use. */
final class Lexer {

    /** Two characters first: they are not to be taken for one and one. */
    private static final List<String> SIGNS =
            List.of("==", "!=", "<=", ">=", "&&", "||", "<>", "<", ">", "!", "=", "(", ")", "[", "]", ",", ".", "-");

    private final SourceText source;
    private final String text;
    private int at;

    Lexer(SourceText source) {
        this.source = source;
        this.text = source.text();
    }

    Token next() {
        while (at < text.length() && isBlank(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        int from = at;
        if (at == text.length()) {
            return new Token(Token.Type.END, "", false, from, from);
        }
        int c = text.codePointAt(at);
        if (isNameStart(c)) {
            return name(from);
        }
        if (isDigit(at) || (c == '.' && isDigit(at + 1))) {
            return number(from);
        }
        if (c == '"' || c == '\'') {
            return string(from, c);
        }
        for (String sign : SIGNS) {
            if (text.startsWith(sign, at)) {
                at += sign.length();
                return new Token(Token.Type.SIGN, sign, false, from, at);
            }
        }
        throw source.refused(from, from + Character.charCount(c), strange(c));
    }

    private static String strange(int c) {
        return switch (c) {
            case '‘', '’', '“', '”', '„', '«', '»', '`' -> "expected ' or \" around text, but this is another quote";
            case '&' -> "expected &&";
            case '|' -> "expected ||";
            case '+', '*', '/', '%' -> "expected no arithmetic: an expression only compares";
            case '?', ':' -> "expected no '? :': an expression only compares";
            case '{' -> "expected no object here: an expression only compares";
            case ';' -> "expected the end of the expression, without a semicolon";
            case '~' -> "expected no regular expression: write like, with % and _";
            default -> "expected a name, a value or a sign, but this character begins none";
        };
    }

    private static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\ufeff';
    }

    private static boolean isNameStart(int c) {
        return Character.isUnicodeIdentifierStart(c) || c == '_';
    }

    private static boolean isNamePart(int c) {
        return (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c)) || c == '$';
    }

    private boolean isDigit(int i) {
        return i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }

    private Token name(int from) {
        while (at < text.length() && isNamePart(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return new Token(Token.Type.NAME, text.substring(from, at), false, from, at);
    }

    private Token number(int from) {
        skipDigits();
        if (at < text.length() && text.charAt(at) == '.' && isDigit(at + 1)) {
            at++;
            skipDigits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int sign = at + 1 < text.length() && (text.charAt(at + 1) == '-' || text.charAt(at + 1) == '+') ? 1 : 0;
            if (isDigit(at + 1 + sign)) {
                at += 1 + sign;
                skipDigits();
            }
        }
        boolean secondPoint = at < text.length() && text.charAt(at) == '.' && isDigit(at + 1);
        if (secondPoint || (at < text.length() && isNamePart(text.codePointAt(at)))) {
            int end = at + 1;
            while (end < text.length() && isNamePart(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            throw source.refused(from, end, "expected a number such as 100, 19.90 or 1e6");
        }
        return new Token(Token.Type.NUMBER, text.substring(from, at), false, from, at);
    }

    private void skipDigits() {
        while (isDigit(at)) {
            at++;
        }
    }

    private Token string(int from, int quote) {
        StringBuilder value = new StringBuilder();
        boolean pattern = false;
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at);
            if (c == '\n' || c == '\r') {
                break;
            }
            if (c == '\\') {
                pattern |= escape(value);
            } else {
                value.append(c);
                at++;
            }
        }
        if (at >= text.length() || text.charAt(at) != quote) {
            throw source.refused(
                    from,
                    from + 1,
                    "expected a closing " + (char) quote + " on this line for the text that begins here");
        }
        at++;
        if (at < text.length() && text.charAt(at) == quote) {
            throw source.refused(
                    at - 1, at + 1, "expected \\" + (char) quote + " for a quote within text; it is not doubled");
        }
        return new Token(Token.Type.STRING, value.toString(), pattern, from, at);
    }

    /** True for an escape that only patterns have, which stays as it is. */
    private boolean escape(StringBuilder value) {
        int from = at;
        char c = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        at += 2;
        switch (c) {
            case '\\', '\'', '"', '`', '?' -> value.append(c);
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'v' -> value.append('\u000b');
            case 'x', 'X' -> hexadecimal(from, 2, value);
            case 'u' -> hexadecimal(from, 4, value);
            case 'U' -> hexadecimal(from, 8, value);
            case '%', '_' -> {
                value.append('\\').append(c);
                return true;
            }
            default ->
                throw source.refused(
                        from,
                        Math.min(at, text.length()),
                        "expected an escape: \\\\ \\' \\\" \\n \\r \\t \\xHH \\uHHHH \\UHHHHHHHH, in patterns \\% and \\_");
        }
        return false;
    }

    private void hexadecimal(int from, int digits, StringBuilder value) {
        int end = at + digits;
        long point = end <= text.length() ? 0 : -1;
        for (int i = at; i < end && point >= 0; i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
            point = digit < 0 ? -1 : point * 16 + digit;
        }
        boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        if (point < 0 || point > Character.MAX_CODE_POINT || surrogate) {
            throw source.refused(
                    from,
                    Math.min(end, text.length()),
                    "expected the " + digits + " hexadecimal digits of a character (a higher one as \\UHHHHHHHH)");
        }
        at = end;
        value.appendCodePoint((int) point);
    }
}
