/** Messages into the source: the way that is not the slot's. */
@NullMarked
package dev.penstock.replicator.emit;

import org.jspecify.annotations.NullMarked;
