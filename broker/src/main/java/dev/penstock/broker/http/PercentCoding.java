package dev.penstock.broker.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Percent coding of paths and queries (RFC 3986), strict: what is not well-formed UTF-8 is refused. Stateless. */
public final class PercentCoding {

    private static final String HEX = "0123456789ABCDEF";

    public record Parameter(String name, String value) {}

    private PercentCoding() {}

    /**
     * Decoded parameters in order; {@code +} means a blank, as in forms.
     *
     * @param rawQuery bytes as characters (ISO 8859-1)
     */
    public static List<Parameter> parameters(String rawQuery) {
        List<Parameter> parameters = new ArrayList<>();
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.add(new Parameter(decode(name.replace('+', ' ')), decode(value.replace('+', ' '))));
        }
        return parameters;
    }

    /** @param text bytes as characters (ISO 8859-1) */
    public static String decode(String text) {
        if (text.chars().allMatch(c -> c != '%' && c < 0x80)) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            boolean complete = i + 2 < text.length();
            int high = complete ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = complete ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw HttpFailure.invalid("expected two hexadecimal digits after '%' in the request target");
            }
            bytes.write((high << 4) | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpFailure(Problem.INVALID_REQUEST, "the request target is not UTF-8 once percent-decoded");
        }
    }

    /** Everything but the unreserved characters becomes {@code %XX}; slashes stay if asked. */
    static String encode(String text, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == '~';
            if (unreserved || (keepSlashes && c == '/')) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return encoded.toString();
    }
}
