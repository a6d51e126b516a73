/** Traffic whose every row proves its identity, and the consumers that read it back. */
@NullMarked
package dev.penstock.cluster.load;

import org.jspecify.annotations.NullMarked;
