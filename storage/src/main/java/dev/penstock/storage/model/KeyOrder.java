package dev.penstock.storage.model;

/**
 * What an ordered group must know of an event: which earlier ones hold it back, and which later ones it holds back. Two
 * events with a key in common go out one after the other; a barrier (a truncate) goes out when no other event of its route
 * is unsettled, and holds back all that follow on its route. All are hashes: equal hashes of different keys only hold back
 * more.
 *
 * @param key hash of the event's key; 0 = none; of a barrier the same as {@code route}
 * @param oldKey hash of the key before a key change, else 0
 * @param route hash of its table or message prefix
 */
public record KeyOrder(long key, long oldKey, long route) {

    /** Of every event of an unordered group. */
    public static final KeyOrder NONE = new KeyOrder(0, 0, 0);

    public boolean isBarrier() {
        return key != 0 && key == route;
    }

    public boolean hasOldKey() {
        return oldKey != 0 && oldKey != key;
    }

    /** Keys under which the event waits if it is held back: its own, or its route's if it has none. */
    public long[] waitingKeys() {
        if (key == 0 && oldKey == 0) {
            return new long[] {route};
        }
        if (!hasOldKey()) {
            return new long[] {key};
        }
        return key == 0 ? new long[] {oldKey} : new long[] {key, oldKey};
    }
}
