package dev.penstock.broker.plan.filter;

import java.time.Instant;
import java.util.List;

/** What a part of an expression comes to on one event. */
sealed interface Value {

    /** No value. In SQL both would be null; they differ for {@code has()}. */
    enum Missing implements Value {
        /** JSON null. */
        NULL,
        /** There is no such member. */
        ABSENT
    }

    /** A condition's value, or a boolean. */
    enum Bool implements Value {
        FALSE,
        TRUE;

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    /** @param text as it was written */
    record Numeric(Numeral numeral, String text) implements Value {

        static Numeric of(long value) {
            return new Numeric(Numeral.of(value), Long.toString(value));
        }
    }

    /** A string. In a record it may be of any Postgres type that is rendered as one, numeric for one. */
    record Text(String text) implements Value {}

    /** A point in time. */
    record Time(Instant moment) implements Value {}

    /** An object or array, not looked into. */
    enum Structure implements Value {
        OBJECT,
        ARRAY
    }

    /** An array whose elements were asked for. */
    record Elements(List<Value> values) implements Value {
        public Elements {
            values = List.copyOf(values);
        }
    }

    /** It cannot be told. */
    record Failed(String reason) implements Value {}

    default boolean isMissing() {
        return this instanceof Missing;
    }

    /** For reasons; never the value itself. */
    default String described() {
        if (this instanceof Missing) {
            return "null";
        }
        if (this instanceof Bool) {
            return "a boolean";
        }
        if (this instanceof Numeric) {
            return "a number";
        }
        if (this instanceof Text) {
            return "text";
        }
        if (this instanceof Time) {
            return "a time";
        }
        return this == Structure.OBJECT ? "an object" : "an array";
    }
}
