package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.DeadLetterService;
import dev.penstock.broker.deliver.GroupInspection;
import dev.penstock.broker.deliver.GroupInspection.Place;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.OffsetInput;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Request;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** {@code GET /v1/groups/{group}/messages}: what is where, since when, and why. */
final class InspectMessages implements Endpoint {

    private static final int DEFAULT_ITEMS = 100;

    /** As this answers it in {@code next}: an offset and the hash of a key. */
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,19})-([0-9a-f]{16})");

    private final GroupOperations groups;
    private final ReaderPool readers;
    private final Grants grants;

    InspectMessages(GroupOperations groups, ReaderPool readers, Grants grants) {
        this.groups = groups;
        this.readers = readers;
        this.grants = grants;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        Request request = exchange.request();
        request.onlyQuery("state", "offset", "limit", "events");
        String group = GroupNames.ofGroup(exchange);
        String state = request.query("state").orElse("");
        String from = request.query("offset").orElse("0");
        int limit = request.query("limit").map(ReadEvents::limit).orElse(DEFAULT_ITEMS);
        boolean events = request.query("events").map(InspectMessages::flag).orElse(false);
        if (state.equals("parked")) {
            GroupInspection.ParkedQuery query = new GroupInspection.ParkedQuery(group, place(from), limit, events);
            grants.checkRoom();
            return readers.read(() -> groups.parked(query)).thenApply(InspectionAnswers::parked);
        }
        if (state.equals("dead")) {
            DeadLetterService.Query query = new DeadLetterService.Query(group, OffsetInput.parse(from), limit, events);
            grants.checkRoom();
            return readers.read(() -> groups.deadLetters(query))
                    .thenApply(page -> InspectionAnswers.deadLetters(page, "messages"));
        }
        GroupInspection.Query query = new GroupInspection.Query(
                group, request.query("state").map(InspectMessages::state), OffsetInput.parse(from), limit, events);
        grants.checkRoom();
        return readers.read(() -> groups.messages(query)).thenApply(InspectionAnswers::messages);
    }

    private static State state(String text) {
        return switch (text) {
            case "in_flight" -> State.LEASED;
            case "delayed" -> State.DELAYED;
            case "ready" -> State.READY;
            case "dying" -> State.DYING;
            default ->
                throw HttpFailure.invalid("expected in_flight, delayed, ready, dying, parked or dead for 'state', but"
                        + " got '" + HttpFailure.shown(text) + "'; without it all that is unsettled is listed");
        };
    }

    static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw HttpFailure.invalid("expected true or false for 'events', but got '" + HttpFailure.shown(text) + "'");
        }
        return text.equals("true");
    }

    private static Place place(String text) {
        var parts = PLACE.matcher(text);
        return parts.matches()
                ? new Place(OffsetInput.parse(parts.group(1)), Long.parseUnsignedLong(parts.group(2), 16))
                : new Place(OffsetInput.parse(text), 0);
    }
}
