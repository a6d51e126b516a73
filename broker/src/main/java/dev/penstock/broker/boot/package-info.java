/** Puts a node together, opens its parts in order and closes them in reverse. */
@NullMarked
package dev.penstock.broker.boot;

import org.jspecify.annotations.NullMarked;
