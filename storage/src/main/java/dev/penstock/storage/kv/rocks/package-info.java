/** The store on RocksDB: derived state without a write-ahead log of its own. The only package that knows RocksDB. */
@NullMarked
package dev.penstock.storage.kv.rocks;

import org.jspecify.annotations.NullMarked;
