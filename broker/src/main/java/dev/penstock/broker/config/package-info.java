/**
 * A node's configuration: one record per feature, read from {@code penstock.yaml} with all problems reported at once. The
 * page docs/configuration.md is generated from the records. Jackson's YAML parser is seen here only.
 */
@NullMarked
package dev.penstock.broker.config;

import org.jspecify.annotations.NullMarked;
