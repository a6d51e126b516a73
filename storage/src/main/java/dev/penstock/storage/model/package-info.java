/** Values of the field: positions, events, batches, sources, groups. JDK only; no IO, no clock. */
@NullMarked
package dev.penstock.storage.model;

import org.jspecify.annotations.NullMarked;
