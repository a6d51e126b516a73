package dev.penstock.storage.machine;

import java.util.Arrays;

/** Replies as text, so that they can be compared and read; of a refusal only the reason counts. */
final class Replies {

    private Replies() {}

    static String text(Reply reply) {
        if (reply instanceof Reply.Rejected rejected) {
            return "Rejected " + rejected.reason();
        }
        if (reply instanceof Reply.Settled settled) {
            return "Settled " + Arrays.toString(settled.results());
        }
        if (reply instanceof Reply.Granted granted) {
            return "Granted (" + granted.leaseIndex() + "," + granted.firstOrdinal() + ") until "
                    + granted.deadlineMillis() + " offsets " + Arrays.toString(granted.offsets()) + " deliveries "
                    + Arrays.toString(granted.deliveries()) + " first "
                    + Arrays.toString(granted.firstDeliveredWallMillis());
        }
        return reply.toString();
    }
}
