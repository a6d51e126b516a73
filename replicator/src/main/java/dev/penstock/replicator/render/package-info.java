/** Rows and values to JSON: like to_json in UTC, but lossless. Pure; the hot path allocates only what is stored. */
@NullMarked
package dev.penstock.replicator.render;

import org.jspecify.annotations.NullMarked;
