package dev.penstock.broker.plan.filter;

/** For those who know another language better. */
final class Hints {

    private Hints() {}

    /** What somebody who knows another language may have meant. */
    static String instead(Token token, String otherwise) {
        if (token.isSign("=")) {
            return "expected ==, but this is one = only";
        }
        if (token.isSign("<>")) {
            return "expected !=, but got <>";
        }
        if (token.isWord("is")) {
            return "expected == null or != null";
        }
        if (token.isWord("between")) {
            return "expected >= and <= instead of between";
        }
        if (token.isWord("ilike") || token.isWord("similar") || token.isWord("matches")) {
            return "expected like: neither case nor regular expressions are offered";
        }
        if (Comparisons.opOf(token).isPresent()) {
            return "expected one comparison at a time; join several with &&";
        }
        return otherwise;
    }
}
