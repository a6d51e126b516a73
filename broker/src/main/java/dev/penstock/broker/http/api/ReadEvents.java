package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.EventReader.Page;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.deliver.Streams;
import dev.penstock.broker.http.Durations;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.OffsetInput;
import dev.penstock.broker.http.Problem;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Response;
import dev.penstock.storage.machine.MachineView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /v1/streams/{stream}/events}: the log, as this node has it. Waits for events beyond its end if asked to; each
 * growth of the stream wakes the waiting, who then read again on a reader thread.
 */
final class ReadEvents implements Endpoint {

    private static final int MAX_EVENTS = 1_000;
    private static final int DEFAULT_EVENTS = 100;
    private static final long MAX_WAIT_MILLIS = 60_000;
    private static final long MAX_BYTES = 4L << 20;

    private static final byte[] OPEN = "{\"events\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMA = {','};

    private record Wanted(String stream, OptionalLong offset, int limit, long untilNanos) {}

    private final EventPages pages;
    private final AppliedState state;
    private final StreamGrowth growth;
    private final ReaderPool readers;
    private final Grants grants;

    ReadEvents(EventPages pages, AppliedState state, ReaderPool readers, Grants grants) {
        this.pages = pages;
        this.state = state;
        this.growth = new StreamGrowth(state);
        this.readers = readers;
        this.grants = grants;
    }

    static long waitMillis(Exchange exchange) {
        try {
            return exchange.request()
                    .query("wait")
                    .map(text -> Math.min(Durations.parseMillis(text, "'wait'"), MAX_WAIT_MILLIS))
                    .orElse(-1L);
        } catch (HttpFailure notWellFormed) {
            return -1;
        }
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery("offset", "limit", "wait");
        String stream = GroupNames.ofStream(exchange);
        OptionalLong offset = exchange.request()
                .query("offset")
                .map(text -> OptionalLong.of(OffsetInput.parse(text)))
                .orElse(OptionalLong.empty());
        int limit = exchange.request().query("limit").map(ReadEvents::limit).orElse(DEFAULT_EVENTS);
        long waitMillis = exchange.request()
                .query("wait")
                .map(text -> Durations.parseMillis(text, "'wait'"))
                .orElse(0L);
        if (waitMillis > MAX_WAIT_MILLIS) {
            throw HttpFailure.invalid("expected a wait of at most " + Durations.format(MAX_WAIT_MILLIS));
        }
        grants.checkRoom();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        return read(exchange, new Wanted(stream, offset, limit, until));
    }

    static int limit(String text) {
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_EVENTS) {
            throw HttpFailure.invalid("expected a limit from 1 to " + MAX_EVENTS);
        }
        return Integer.parseInt(text);
    }

    private CompletableFuture<Response> read(Exchange exchange, Wanted wanted) {
        // Registered before the read, so that no growth falls between the two.
        StreamGrowth.Waiting grown = growth.watch();
        return readers.read(() -> readNow(wanted))
                .whenComplete((page, failure) -> {
                    if (failure != null) {
                        grown.leave();
                    }
                })
                .thenCompose(page -> {
                    boolean waits = page.events().isEmpty()
                            && wanted.untilNanos() - System.nanoTime() > 0
                            && !exchange.abandoned();
                    if (waits) {
                        return readLater(exchange, wanted, grown, page);
                    }
                    grown.leave();
                    return CompletableFuture.completedFuture(render(page));
                });
    }

    private CompletableFuture<Response> readLater(
            Exchange exchange, Wanted wanted, StreamGrowth.Waiting grown, Page empty) {
        Wanted from = new Wanted(wanted.stream(), OptionalLong.of(empty.next()), wanted.limit(), wanted.untilNanos());
        exchange.onAbandoned(grown::leave);
        return grown.within(wanted.untilNanos() - System.nanoTime())
                .thenComposeAsync(
                        more -> {
                            if (exchange.abandoned()) {
                                return CompletableFuture.failedFuture(
                                        new HttpFailure(Problem.OVERLOADED, "nobody waits any more"));
                            }
                            return more ? read(exchange, from) : CompletableFuture.completedFuture(render(empty));
                        },
                        exchange.executor());
    }

    private Page readNow(Wanted wanted) {
        long offset = wanted.offset().orElseGet(() -> earliest(wanted.stream()));
        return pages.read(wanted.stream(), offset, wanted.limit(), MAX_BYTES);
    }

    private long earliest(String stream) {
        try (MachineView view = state.openView()) {
            return Streams.named(stream, state, view).earliest();
        }
    }

    private static Response render(Page page) {
        List<byte[]> body = new ArrayList<>(2 + 2 * page.events().size());
        body.add(OPEN);
        for (RenderedEvent event : page.events()) {
            if (body.size() > 1) {
                body.add(COMMA);
            }
            body.add(event.json());
        }
        body.add(("],\"next\":\"" + Offsets.format(page.next()) + "\"}").getBytes(StandardCharsets.US_ASCII));
        return Response.of(200, Response.JSON, body);
    }
}
