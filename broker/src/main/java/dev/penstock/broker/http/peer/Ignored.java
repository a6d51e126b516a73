package dev.penstock.broker.http.peer;

import java.util.concurrent.Future;

/** Says in the code that an outcome is of no interest: the end of the connection, which is seen anyway, says it all. */
public final class Ignored {

    private Ignored() {}

    public static void outcome(Future<?> future) {
        // Nothing to do: the call site says that the future was not forgotten.
    }
}
