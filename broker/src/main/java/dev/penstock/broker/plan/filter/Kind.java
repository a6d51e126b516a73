package dev.penstock.broker.plan.filter;

/** What is known of a part of an expression before any event is seen. */
enum Kind {
    BOOL("a boolean"),
    NUMBER("a number"),
    TEXT("text"),
    TIME("a time"),
    NULL("null"),
    /** A member of an event: whatever is there. */
    ANY("a member");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
