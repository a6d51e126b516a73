package dev.penstock.broker.http;

/** What a key may do. */
public enum Scope {
    /** Needs no key. */
    NONE,
    /** Read the state of the cluster and its metrics. */
    MONITOR,
    /** Receive from groups and settle messages. */
    CONSUME,
    /** Read streams. */
    READ,
    /** Everything, the creation and removal of groups included. */
    ADMIN
}
