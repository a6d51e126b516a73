package dev.penstock.client;

import java.util.List;

/** @param next the offset to ask for next */
public record EventPage(List<Event> events, String next) {
    public EventPage {
        events = List.copyOf(events);
    }
}
