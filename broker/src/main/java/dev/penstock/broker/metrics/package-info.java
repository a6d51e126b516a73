/** What a node measures, in Prometheus' format. Micrometer is seen here only; the page docs/metrics.md is generated. */
@NullMarked
package dev.penstock.broker.metrics;

import org.jspecify.annotations.NullMarked;
