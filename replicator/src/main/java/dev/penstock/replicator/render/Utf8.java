package dev.penstock.replicator.render;

/** Well-formed UTF-8, by table 3-7 of the Unicode standard. */
final class Utf8 {

    private Utf8() {}

    /** Bytes of the non-ASCII character that begins at {@code at}, or 0 if there is no well-formed one. */
    static int width(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xff;
        if (first >= 0xc2 && first <= 0xdf) {
            return follows(bytes, at + 1, to, 0x80, 0xbf) ? 2 : 0;
        }
        if (first >= 0xe0 && first <= 0xef) {
            int low = first == 0xe0 ? 0xa0 : 0x80;
            int high = first == 0xed ? 0x9f : 0xbf;
            return follows(bytes, at + 1, to, low, high) && follows(bytes, at + 2, to, 0x80, 0xbf) ? 3 : 0;
        }
        if (first >= 0xf0 && first <= 0xf4) {
            int low = first == 0xf0 ? 0x90 : 0x80;
            int high = first == 0xf4 ? 0x8f : 0xbf;
            return follows(bytes, at + 1, to, low, high)
                            && follows(bytes, at + 2, to, 0x80, 0xbf)
                            && follows(bytes, at + 3, to, 0x80, 0xbf)
                    ? 4
                    : 0;
        }
        return 0;
    }

    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int width = bytes[at] >= 0 ? 1 : width(bytes, at, to);
            if (width == 0) {
                return false;
            }
            at += width;
        }
        return true;
    }

    private static boolean follows(byte[] bytes, int at, int to, int low, int high) {
        return at < to && (bytes[at] & 0xff) >= low && (bytes[at] & 0xff) <= high;
    }
}
