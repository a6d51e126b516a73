package dev.penstock.broker.http;

import dev.penstock.broker.deliver.GroupInspection.Messages;
import dev.penstock.broker.deliver.GroupInspection.Parked;
import dev.penstock.broker.deliver.GroupInspection.ParkedQuery;
import dev.penstock.broker.deliver.GroupInspection.Query;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers all who look into a group alike, and keeps what they asked for. Thread-safe. */
public final class FakeInspection {

    public final List<Record> asked = new CopyOnWriteArrayList<>();
    public volatile Messages messages = new Messages(90, 0, List.of(), OptionalLong.empty());
    public volatile Parked parked = new Parked(91, 0, List.of(), Optional.empty());

    Messages messages(Query query) {
        asked.add(query);
        return messages;
    }

    Parked parked(ParkedQuery query) {
        asked.add(query);
        return parked;
    }
}
