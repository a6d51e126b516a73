/** Broker nodes as processes of the operating system: start, watch, restart, end. */
@NullMarked
package dev.penstock.cluster.process;

import org.jspecify.annotations.NullMarked;
