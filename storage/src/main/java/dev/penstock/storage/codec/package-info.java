/** Bytes: bounds-checked readers and writers, checksums, the batch format. Compression lives here and nowhere else. */
@NullMarked
package dev.penstock.storage.codec;

import org.jspecify.annotations.NullMarked;
