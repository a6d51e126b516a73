/** The Raft adapter: the only package that knows Ratis. Implements the ports of {@code broker.deliver}. */
@NullMarked
package dev.penstock.broker.raft;

import org.jspecify.annotations.NullMarked;
