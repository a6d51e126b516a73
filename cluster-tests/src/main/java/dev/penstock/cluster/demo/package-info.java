/** The demo command: what is put together, shown and proved. */
@NullMarked
package dev.penstock.cluster.demo;

import org.jspecify.annotations.NullMarked;
