/** The functional core: sealed commands in, sealed replies out, state changed in one transaction. Deterministic. */
@NullMarked
package dev.penstock.storage.machine;

import org.jspecify.annotations.NullMarked;
