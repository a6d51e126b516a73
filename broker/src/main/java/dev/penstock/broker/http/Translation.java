package dev.penstock.broker.http;

/**
 * A protocol whose requests say the same as operations of the table, in other words: they are translated before they are
 * answered, and their answers afterwards. Stateless.
 */
public interface Translation {

    /** Whether the request speaks it, judged by its head alone. Paths of the native API are left out before. */
    boolean speaks(RequestHead head);

    /** The same as an operation, {@code POST} with {@code X-Amz-Target}. Throws what {@link #form} knows. */
    Request operation(Request request);

    /** @param target the operation that answered; empty if there is none */
    Response answer(String target, Response response);

    /** How it says no. */
    ErrorForm form();
}
