package dev.penstock.broker.http.api;

import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/groups}: 201 for a new group, 200 for the same again. */
final class CreateGroup implements Endpoint {

    static final long MAX_VISIBILITY_MILLIS = 12 * 3_600_000L;

    private final GroupOperations groups;
    private final String defaultStream;

    CreateGroup(GroupOperations groups, String defaultStream) {
        this.groups = groups;
        this.defaultStream = defaultStream;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        String name = GroupNames.checked(members.requiredText("name"), "group");
        String stream = GroupNames.checked(members.text("stream").orElse(defaultStream), "stream");
        StartPosition start = members.any("start")
                .map(node -> StartPositions.parse(node, "start"))
                .orElseGet(StartPosition.Latest::new);
        GroupConfig config = config(members);
        members.end();
        return groups.create(name, stream, start, config)
                .thenApply(created -> GroupAnswers.json(created.existed() ? 200 : 201, created.logIndex(), out -> {
                    out.writeStartObject();
                    GroupAnswers.writeConfiguration(out, created.group(), stream);
                    out.writeEndObject();
                }));
    }

    private static GroupConfig config(JsonMembers members) {
        long visibility = members.durationMillis("visibility_timeout", MAX_VISIBILITY_MILLIS)
                .orElse(GroupConfig.DEFAULT_VISIBILITY_MILLIS);
        int maxDeliveries =
                (int) members.integer("max_deliveries", 0, Integer.MAX_VALUE).orElse(0);
        GroupConfig.Ordering ordering = word(members, "ordering", "none", "key").equals("key")
                ? GroupConfig.Ordering.KEY
                : GroupConfig.Ordering.NONE;
        GroupConfig.Mode mode = word(members, "mode", "changes", "rows").equals("rows")
                ? GroupConfig.Mode.ROWS
                : GroupConfig.Mode.CHANGES;
        FilterMembers filter = FilterMembers.of(members);
        return new GroupConfig(
                visibility,
                maxDeliveries,
                ordering,
                mode,
                filter.tables(),
                filter.actions(),
                filter.where(),
                0,
                0,
                word(members, "retention", "trim", "hold").equals("hold"),
                Optional.empty(),
                deadLetterGroup(members).orElse(""));
    }

    /** Empty text = none. */
    static Optional<String> deadLetterGroup(JsonMembers members) {
        return members.text("dead_letter_group").map(name -> name.isEmpty() ? name : GroupNames.checked(name, "group"));
    }

    static String word(JsonMembers members, String name, String usual, String other) {
        String word = members.text(name).orElse(usual);
        if (!word.equals(usual) && !word.equals(other)) {
            throw HttpFailure.invalid("expected \"" + usual + "\" or \"" + other + "\" for '" + name + "'");
        }
        return word;
    }
}
