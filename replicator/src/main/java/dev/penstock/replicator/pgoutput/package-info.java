/** The messages of Postgres' logical decoding plug-in pgoutput, protocol version 1: bytes to values. No IO. */
@NullMarked
package dev.penstock.replicator.pgoutput;

import org.jspecify.annotations.NullMarked;
