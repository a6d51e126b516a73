/** A running cluster as its users see it: HTTP and JSON. The only package that knows the JSON library. */
@NullMarked
package dev.penstock.cluster.api;

import org.jspecify.annotations.NullMarked;
