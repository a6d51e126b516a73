package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.DeadLetterService;
import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Filter;
import dev.penstock.broker.deliver.DeadLetterService.Listed;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.DeadLetterService.Query;
import dev.penstock.broker.deliver.DeadLetterService.Selection;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.broker.http.OffsetInput;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Request;
import dev.penstock.broker.http.Response;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code /v1/groups/{group}/dead-letters} and {@code …/redrive}: each call does a bounded piece and says where to go on. */
final class DeadLetterEndpoints {

    private static final int DEFAULT_LISTED = 100;
    private static final int DEFAULT_CHANGED = 1_000;

    /** A second's worth. */
    private static final int MAX_RATE = DeadLetterService.MAX_CHANGED;

    private final GroupOperations groups;
    private final ReaderPool readers;
    private final Grants grants;

    DeadLetterEndpoints(GroupOperations groups, ReaderPool readers, Grants grants) {
        this.groups = groups;
        this.readers = readers;
        this.grants = grants;
    }

    Endpoint list() {
        return exchange -> {
            Request request = exchange.request();
            request.onlyQuery("offset", "limit", "events");
            Query query = new Query(
                    GroupNames.ofGroup(exchange),
                    request.query("offset").map(OffsetInput::parse).orElse(0L),
                    request.query("limit").map(ReadEvents::limit).orElse(DEFAULT_LISTED),
                    request.query("events").map(InspectMessages::flag).orElse(false));
            grants.checkRoom();
            return readers.read(() -> groups.deadLetters(query))
                    .thenApply(page -> InspectionAnswers.deadLetters(page, "dead_letters"));
        };
    }

    Endpoint show() {
        return exchange -> {
            exchange.request().onlyQuery();
            long number = number(exchange);
            Query query = new Query(GroupNames.ofGroup(exchange), number, 1, true);
            grants.checkRoom();
            return readers.read(() -> groups.deadLetters(query)).thenApply(page -> one(page, number));
        };
    }

    private static Response one(Page page, long number) {
        Listed found = page.letters().stream()
                .filter(listed -> listed.letter().letter() == number)
                .findFirst()
                .orElseThrow(() -> new HttpFailure(
                        Problem.NOT_FOUND,
                        "there is no dead letter " + Offsets.format(number)
                                + " in this group: it was put back, dropped, or never there"));
        return InspectionAnswers.deadLetter(found, page.logIndex());
    }

    private static long number(Exchange exchange) {
        return OffsetInput.parse(exchange.parameter("dead_letter"));
    }

    Endpoint redrive() {
        return exchange -> {
            exchange.request().onlyQuery();
            String group = GroupNames.ofGroup(exchange);
            JsonMembers members = JsonMembers.ofBody(exchange.request());
            FilterMembers filter = FilterMembers.of(members);
            List<Long> numbers = members.texts("dead_letters", DeadLetterService.MAX_CHANGED).stream()
                    .map(OffsetInput::parse)
                    .toList();
            long from = members.offset("offset").orElse(0);
            long max = members.integer("max", 1, DeadLetterService.MAX_CHANGED).orElse(DEFAULT_CHANGED);
            OptionalLong rate = members.integer("rate", 1, MAX_RATE);
            members.end();
            Selection selection = new Selection(
                    group, new Filter(filter.tables(), filter.actions(), filter.where()), numbers, from, (int)
                            Math.min(max, rate.orElse(max)));
            return groups.redrive(selection).thenApply(changed -> redriven(changed, rate.isPresent()));
        };
    }

    private static Response redriven(Changed changed, boolean paced) {
        return GroupAnswers.json(200, changed.logIndex(), out -> {
            out.writeStartObject();
            out.writeNumberField("redriven", changed.changed());
            out.writeNumberField("looked_at", changed.looked());
            out.writeStringField("next", next(changed));
            if (paced && changed.next().isPresent()) {
                out.writeStringField("again_in", "1s");
            }
            out.writeEndObject();
        });
    }

    Endpoint purge() {
        return exchange -> {
            Request request = exchange.request();
            request.onlyQuery("offset", "max");
            Selection selection = new Selection(
                    GroupNames.ofGroup(exchange),
                    Filter.ALL,
                    List.of(),
                    request.query("offset").map(OffsetInput::parse).orElse(0L),
                    request.query("max").map(DeadLetterEndpoints::max).orElse(DEFAULT_CHANGED));
            return groups.dropDeadLetters(selection).thenApply(DeadLetterEndpoints::dropped);
        };
    }

    private static int max(String text) {
        int bound = DeadLetterService.MAX_CHANGED;
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > bound) {
            throw HttpFailure.invalid("expected a whole number from 1 to " + bound + " for 'max', but got '"
                    + HttpFailure.shown(text) + "'");
        }
        return Integer.parseInt(text);
    }

    /** One that is not there any more is dropped already. */
    Endpoint drop() {
        return exchange -> {
            exchange.request().onlyQuery();
            long number = number(exchange);
            Selection selection = new Selection(GroupNames.ofGroup(exchange), Filter.ALL, List.of(number), number, 1);
            return groups.dropDeadLetters(selection).thenApply(DeadLetterEndpoints::dropped);
        };
    }

    private static Response dropped(Changed changed) {
        return GroupAnswers.json(200, changed.logIndex(), out -> {
            out.writeStartObject();
            out.writeNumberField("dropped", changed.changed());
            out.writeStringField("next", next(changed));
            out.writeEndObject();
        });
    }

    private static @Nullable String next(Changed changed) {
        return changed.next().isPresent() ? Offsets.format(changed.next().getAsLong()) : null;
    }
}
