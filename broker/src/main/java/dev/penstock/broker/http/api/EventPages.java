package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.EventReader;

/** {@link EventReader#read}; blocks. */
public interface EventPages {
    EventReader.Page read(String stream, long offset, int limit, long maxBytes);
}
