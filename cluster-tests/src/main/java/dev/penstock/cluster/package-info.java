/** The demo and bench commands: drive the packaged program and a real Postgres. */
@NullMarked
package dev.penstock.cluster;

import org.jspecify.annotations.NullMarked;
