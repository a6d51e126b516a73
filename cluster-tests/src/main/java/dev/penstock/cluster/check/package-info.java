/** What happened, and whether it may have happened. Pure: no clock, no IO. */
@NullMarked
package dev.penstock.cluster.check;

import org.jspecify.annotations.NullMarked;
