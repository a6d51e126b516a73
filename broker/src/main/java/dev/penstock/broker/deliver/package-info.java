/** Delivery: what every protocol is a view of. Services, and the ports that the Raft adapter implements. */
@NullMarked
package dev.penstock.broker.deliver;

import org.jspecify.annotations.NullMarked;
