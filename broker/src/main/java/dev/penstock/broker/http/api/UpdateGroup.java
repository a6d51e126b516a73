package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.GroupService.Updated;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig.Mode;
import dev.penstock.storage.model.GroupConfig.Ordering;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code PATCH /v1/groups/{group}}, {@code POST …/pause} and {@code …/resume}: the members named, or the pause. */
final class UpdateGroup implements Endpoint {

    private final GroupOperations groups;
    private final ReaderPool readers;

    UpdateGroup(GroupOperations groups, ReaderPool readers) {
        this.groups = groups;
        this.readers = readers;
    }

    static Endpoint pause(GroupOperations groups, boolean paused) {
        return exchange -> {
            exchange.request().onlyQuery();
            String name = GroupNames.ofGroup(exchange);
            JsonMembers.ofBody(exchange.request()).end();
            return groups.update(name, new GroupChange.Builder().paused(paused).build())
                    .thenApply(UpdateGroup::render);
        };
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        String name = GroupNames.ofGroup(exchange);
        JsonMembers members = JsonMembers.ofBody(exchange.request());
        Optional<Ordering> ordering = members.any("ordering").isPresent()
                ? Optional.of(
                        CreateGroup.word(members, "ordering", "none", "key").equals("key")
                                ? Ordering.KEY
                                : Ordering.NONE)
                : Optional.empty();
        GroupChange change = change(members);
        members.end();
        CompletableFuture<Updated> updated = ordering.isEmpty()
                ? groups.update(name, change)
                : readers.read(() -> groups.describe(name)).thenCompose(found -> {
                    checkOrdering(name, found, ordering.get());
                    return groups.update(name, change);
                });
        return updated.thenApply(UpdateGroup::render);
    }

    private static GroupChange change(JsonMembers members) {
        GroupChange.Builder change = new GroupChange.Builder();
        members.durationMillis("visibility_timeout", CreateGroup.MAX_VISIBILITY_MILLIS)
                .ifPresent(change::visibilityMillis);
        CreateGroup.deadLetterGroup(members).ifPresent(change::deadLetterGroup);
        members.integer("max_deliveries", 0, Integer.MAX_VALUE)
                .ifPresent(deliveries -> change.maxDeliveries((int) deliveries));
        if (members.any("mode").isPresent()) {
            boolean rows = CreateGroup.word(members, "mode", "changes", "rows").equals("rows");
            change.mode(rows ? Mode.ROWS : Mode.CHANGES);
        }
        if (members.any("filter").isPresent()) {
            FilterMembers filter = FilterMembers.of(members);
            change.filter(new GroupChange.Filter(filter.tables(), filter.actions(), filter.where()));
        }
        if (members.any("retention").isPresent()) {
            change.hold(CreateGroup.word(members, "retention", "trim", "hold").equals("hold"));
        }
        GroupChange built = change.build();
        return built;
    }

    /** What is kept of each unsettled message depends on it. */
    private static void checkOrdering(String name, Optional<Described> found, Ordering wanted) {
        Ordering present = found.orElseThrow(
                        () -> new HttpFailure(Problem.UNKNOWN_GROUP, "there is no group '" + name + "'"))
                .group()
                .config()
                .ordering();
        if (wanted != present) {
            throw HttpFailure.invalid(
                    "expected no other 'ordering': it cannot be changed; create another group and seek it where this one is");
        }
    }

    private static Response render(Updated updated) {
        return GroupAnswers.json(200, updated.logIndex(), out -> {
            out.writeStartObject();
            GroupAnswers.writeConfiguration(out, updated.group(), updated.stream());
            GroupAnswers.writeState(out, updated.group());
            out.writeEndObject();
        });
    }
}
