package dev.penstock.client;

import java.time.Instant;
import java.util.Map;

/** Where a group begins or is moved to. */
public sealed interface StartAt {

    /** As the API takes it. */
    Object toJson();

    static StartAt earliest() {
        return new Word("earliest");
    }

    static StartAt latest() {
        return new Word("latest");
    }

    /** The first event wanted. */
    static StartAt offset(String offset) {
        return new Named("offset", offset);
    }

    static StartAt time(Instant time) {
        return new Named("time", time.toString());
    }

    /** @param lsn {@code X/Y} */
    static StartAt lsn(String lsn) {
        return new Named("lsn", lsn);
    }

    record Word(String word) implements StartAt {
        @Override
        public Object toJson() {
            return word;
        }
    }

    record Named(String what, String value) implements StartAt {
        @Override
        public Object toJson() {
            return Map.of(what, value);
        }
    }
}
