/**
 * A seeded simulator of the whole: proposer, planner, replicator and machine as they are, against a made-up Postgres, a
 * made-up Raft and made-up consumers, on one thread and in virtual time.
 */
@NullMarked
package dev.penstock.broker.sim;

import org.jspecify.annotations.NullMarked;
