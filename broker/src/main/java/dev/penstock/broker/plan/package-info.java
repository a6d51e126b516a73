/** What to hand out next: pure decisions over the applied state and the log. Runs on the leader only. */
@NullMarked
package dev.penstock.broker.plan;

import org.jspecify.annotations.NullMarked;
