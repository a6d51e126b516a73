package dev.penstock.broker.plan.filter;

/**
 * A word of an expression.
 *
 * @param text a name or sign as it stands; of a string what it says; of a number its digits
 * @param isPattern a string with an escape that only patterns have
 * @param to exclusive
 */
record Token(Type type, String text, boolean isPattern, int from, int to) {

    enum Type {
        NAME,
        STRING,
        NUMBER,
        SIGN,
        END
    }

    boolean isSign(String sign) {
        return type == Type.SIGN && text.equals(sign);
    }

    /** Words of the language are the same in any case, as in SQL. */
    boolean isWord(String word) {
        return type == Type.NAME && text.equalsIgnoreCase(word);
    }
}
