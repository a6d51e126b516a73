/** A node of the cluster. */
@NullMarked
package dev.penstock.broker;

import org.jspecify.annotations.NullMarked;
