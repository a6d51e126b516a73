/** The native API: groups, streams, the cluster, health, metrics. */
@NullMarked
package dev.penstock.broker.http.api;

import org.jspecify.annotations.NullMarked;
