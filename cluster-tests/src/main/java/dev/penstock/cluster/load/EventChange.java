package dev.penstock.cluster.load;

import dev.penstock.cluster.api.Event;
import dev.penstock.cluster.check.Change;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds the change that an event proves. */
public final class EventChange {
    private EventChange() {}

    /** Empty for an event that cannot be the workload's: another action, no number as key, no mark of a writer. */
    public static Optional<Change> of(Event event) {
        OptionalLong key = event.keyLong("id");
        if (key.isEmpty()) {
            return Optional.empty();
        }
        if (event.action().equals("delete")) {
            return Optional.of(Change.delete(event.table(), key.getAsLong()));
        }
        OptionalLong writer = event.recordLong("writer");
        OptionalLong tx = event.recordLong("tx");
        OptionalLong ordinal = event.recordLong("i");
        if (writer.isEmpty() || tx.isEmpty() || ordinal.isEmpty()) {
            return Optional.empty();
        }
        int place = (int) ordinal.getAsLong();
        return switch (event.action()) {
            case "insert" ->
                Optional.of(Change.insert(event.table(), key.getAsLong(), writer.getAsLong(), tx.getAsLong(), place));
            case "update" ->
                Optional.of(Change.update(event.table(), key.getAsLong(), writer.getAsLong(), tx.getAsLong(), place));
            default -> Optional.empty();
        };
    }
}
