/** What the loop needs of a source database, as ports: the catalog's facts, the slot, and the stream of changes. */
@NullMarked
package dev.penstock.replicator.feed;

import org.jspecify.annotations.NullMarked;
