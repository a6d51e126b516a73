/** The key-value port, and the transaction that every change of state goes through. No third-party library. */
@NullMarked
package dev.penstock.storage.kv;

import org.jspecify.annotations.NullMarked;
