/** Black-box tests of real processes on a real Postgres. */
@NullMarked
package dev.penstock.cluster.it;

import org.jspecify.annotations.NullMarked;
