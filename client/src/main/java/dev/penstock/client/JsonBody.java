package dev.penstock.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers whose form is not that of the records that callers see. */
final class JsonBody {

    private JsonBody() {}

    /** @param ackResults absent if no receipts were sent along */
    record Received(
            @Nullable List<Message> messages, @Nullable List<Result> ackResults) {
        @Override
        public List<Message> messages() {
            return messages == null ? List.of() : messages;
        }

        List<ItemResult> results() {
            return itemResults(ackResults);
        }
    }

    record Settled(@Nullable List<Result> results) {
        List<ItemResult> items() {
            return itemResults(results);
        }
    }

    record Result(boolean ok, @Nullable String error) {}

    private static List<ItemResult> itemResults(@Nullable List<Result> results) {
        return results == null
                ? List.of()
                : results.stream()
                        .map(result -> new ItemResult(result.ok(), result.error() == null ? "" : result.error()))
                        .toList();
    }
}
