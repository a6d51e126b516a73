/** Client of the native API, on the HTTP client of the JDK. */
@NullMarked
package dev.penstock.client;

import org.jspecify.annotations.NullMarked;
