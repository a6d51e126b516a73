/** The bench command. */
@NullMarked
package dev.penstock.cluster.bench;

import org.jspecify.annotations.NullMarked;
