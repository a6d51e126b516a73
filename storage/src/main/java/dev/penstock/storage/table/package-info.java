/** One class per table: its key shape, its value, and the verbs that keep it. Stateless; deterministic. */
@NullMarked
package dev.penstock.storage.table;

import org.jspecify.annotations.NullMarked;
