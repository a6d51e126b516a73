/** The node: opens everything in order, closes it in reverse. The only place, beside the command line, that wires. */
@NullMarked
package dev.penstock.broker.boot;

import org.jspecify.annotations.NullMarked;
