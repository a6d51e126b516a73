package dev.penstock.broker.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One request on its way to its one answer. Thread-safe. Endpoints read the request and its path parameters, learn that
 * nobody waits any more, and do work that needs no thread of its own on {@link #executor()}.
 */
public final class Exchange {

    private final Request request;
    private final String requestId;
    private final long startNanos = System.nanoTime();
    private final ScheduledExecutorService executor;
    private final Consumer<Response> sink;
    private final AtomicBoolean replied = new AtomicBoolean();
    private final Map<String, String> parameters = new HashMap<>();
    private final List<Runnable> whenAbandoned = new ArrayList<>();
    private boolean abandoned;
    private volatile Identity identity = Identity.NOBODY;
    private volatile long deadlineNanos = startNanos;

    /**
     * @param executor the event loop of the connection
     * @param sink takes the one answer, on any thread
     */
    Exchange(Request request, String requestId, ScheduledExecutorService executor, Consumer<Response> sink) {
        this.request = request;
        this.requestId = requestId;
        this.executor = executor;
        this.sink = sink;
    }

    public Request request() {
        return request;
    }

    public String requestId() {
        return requestId;
    }

    /** Short work only: an event loop, shared with many connections. */
    public ScheduledExecutorService executor() {
        return executor;
    }

    public Identity identity() {
        return identity;
    }

    void identity(Identity authenticated) {
        this.identity = authenticated;
    }

    /** {@link System#nanoTime()} by which there must be an answer. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    void deadlineNanos(long nanos) {
        this.deadlineNanos = nanos;
    }

    long startNanos() {
        return startNanos;
    }

    /** The value of {@code {name}} in the route's path. */
    public String parameter(String name) {
        synchronized (parameters) {
            String value = parameters.get(name);
            if (value == null) {
                throw new IllegalStateException("the route has no parameter '" + name + "'");
            }
            return PercentCoding.decode(value);
        }
    }

    /** The same for the rule of a route: none if it is not well-formed, which the endpoint will tell. */
    List<String> known(String name) {
        try {
            return List.of(parameter(name));
        } catch (HttpFailure notWellFormed) {
            return List.of();
        }
    }

    /** @param values as sent, percent-encoded */
    void parameters(Map<String, String> values) {
        synchronized (parameters) {
            parameters.putAll(values);
        }
    }

    /** Answers; only the first call counts. False if there was an answer already: its messages are given back. */
    public boolean reply(Response response) {
        if (replied.compareAndSet(false, true)) {
            sink.accept(response);
            return true;
        }
        response.grant().ifPresent(grant -> grant.giveBack().run());
        return false;
    }

    boolean replied() {
        return replied.get();
    }

    /**
     * Runs the action once when nobody waits for the answer any more: the client hung up, or has its answer already
     * because the deadline passed. At once if that is so now.
     */
    public void onAbandoned(Runnable action) {
        synchronized (whenAbandoned) {
            if (!abandoned) {
                whenAbandoned.add(action);
                return;
            }
        }
        action.run();
    }

    /** Cancels the future when nobody waits for the answer any more. */
    public <F extends Future<?>> F cancelling(F future) {
        onAbandoned(() -> future.cancel(false));
        return future;
    }

    public boolean abandoned() {
        synchronized (whenAbandoned) {
            return abandoned;
        }
    }

    void abandon() {
        List<Runnable> actions;
        synchronized (whenAbandoned) {
            if (abandoned) {
                return;
            }
            abandoned = true;
            actions = List.copyOf(whenAbandoned);
            whenAbandoned.clear();
        }
        actions.forEach(Runnable::run);
    }
}
