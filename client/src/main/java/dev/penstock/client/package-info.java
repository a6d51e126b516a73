/**
 * A small client of Penstock's HTTP API on the HTTP client of the JDK. Start at {@link
 * dev.penstock.client.PenstockClient}.
 */
@NullMarked
package dev.penstock.client;

import org.jspecify.annotations.NullMarked;
