/** A cluster on a database, ready to be used: what the bench and the cluster tests stand on. */
@NullMarked
package dev.penstock.cluster.rig;

import org.jspecify.annotations.NullMarked;
