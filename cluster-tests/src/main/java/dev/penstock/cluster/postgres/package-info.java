/** The demo's Postgres: the embedded server or a given one. The only package that knows the driver and the embedded server. */
@NullMarked
package dev.penstock.cluster.postgres;

import org.jspecify.annotations.NullMarked;
