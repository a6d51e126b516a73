/** The {@code where} of a group: text to typed expression to a verdict on one event. Pure; no state, no clock. */
@NullMarked
package dev.penstock.broker.plan.filter;

import org.jspecify.annotations.NullMarked;
