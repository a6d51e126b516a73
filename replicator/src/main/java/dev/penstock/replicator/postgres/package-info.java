/** The source's database through PgJDBC: connections, catalog, slot, stream. The only package that knows the driver. */
@NullMarked
package dev.penstock.replicator.postgres;

import org.jspecify.annotations.NullMarked;
