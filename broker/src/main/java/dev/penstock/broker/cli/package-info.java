/** The command line: one class per command. Data goes to standard output, talk to standard error. picocli is seen here only. */
@NullMarked
package dev.penstock.broker.cli;

import org.jspecify.annotations.NullMarked;
