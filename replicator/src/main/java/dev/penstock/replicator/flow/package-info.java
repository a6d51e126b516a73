/** The one loop of the Postgres side, and the port through which it reaches the log. */
@NullMarked
package dev.penstock.replicator.flow;

import org.jspecify.annotations.NullMarked;
