package dev.penstock.storage.machine;

/** Names of sources, streams and groups: they are part of keys, URLs and queue names. */
final class Names {

    static final String RULE = "1 to 75 letters, digits, '-' and '_'";

    private static final int MAX_LENGTH = 75;

    private Names() {}

    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }
}
