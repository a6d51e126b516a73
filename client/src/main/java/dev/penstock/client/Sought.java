package dev.penstock.client;

/**
 * @param from offset at which the group was
 * @param to offset at which it is, or would be after a dry run
 * @param events between the two, before any filter
 */
public record Sought(String from, String to, long events) {

    /** As the API gave it, in one line. */
    public String toJson() {
        return Json.text(this);
    }
}
