package dev.penstock.storage.model;

/** Where a group begins or is moved to. {@code Earliest} and {@code Latest} are resolved when the command is applied. */
public sealed interface StartPosition {
    record Earliest() implements StartPosition {}

    record Latest() implements StartPosition {}

    /** The first event wanted; must lie between the stream's earliest offset and its end. */
    record AtOffset(long offset) implements StartPosition {}
}
