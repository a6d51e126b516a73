package dev.penstock.broker.config;

import java.util.function.Function;

/**
 * How one single value is written.
 *
 * @param name for the reference page: {@code duration}
 * @param expected for messages: {@code a duration from 1s to 5m, such as 30s}
 * @param parse throws {@link IllegalArgumentException} if the text is not in this form
 */
record Form(String name, String expected, Function<String, Object> parse) {}
