package dev.penstock.broker.http;

/** Hears of every answer, for metrics. Called on event loops and adapters' threads: be short. */
public interface RequestObserver {

    RequestObserver NONE = (route, status, nanos) -> {};

    /** @param route the route's name, or {@code unknown} */
    void answered(String route, int status, long nanos);
}
