package dev.penstock.broker.plan.filter;

import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One event of a table, made of the JSON of its parts. An empty part stands for its default. */
record OneEvent(Action action, String record, String changes, String unchanged, String key) {

    static OneEvent of(String record) {
        return new OneEvent(Action.INSERT, record, "", "", "");
    }

    Judgement judged(String expression) {
        return Where.compile(expression).judge(at());
    }

    /** yes, no, or why it failed. */
    String says(String expression) {
        Judgement judgement = judged(expression);
        return switch (judgement.verdict()) {
            case MATCHES -> "yes";
            case DOES_NOT_MATCH -> "no";
            case FAILED -> judgement.reason();
        };
    }

    EventAt at() {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        Route route = action == Action.MESSAGE ? Route.message("mail") : Route.table("public", "orders", List.of("id"));
        batch.add(new ChangeEvent(
                new SourcePosition(1, new Lsn(0x16B3748), 7),
                action,
                route,
                1_792_490_400_123_456L,
                action == Action.MESSAGE ? 0 : -2,
                1,
                0,
                false,
                utf8(record),
                utf8(changes),
                utf8(unchanged),
                utf8(key)));
        EventBatch built = batch.build();
        return new EventAt(built.header(), built.columns(), 0, built::bodies);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
