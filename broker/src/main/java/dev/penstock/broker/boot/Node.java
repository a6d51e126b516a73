package dev.penstock.broker.boot;

import dev.penstock.broker.config.NodeConfig;

/** Stands in until the node is wired: compiles the command line, starts nothing. */
public final class Node {

    private Node() {}

    /**
     * Runs the node in the foreground until it is told to stop.
     *
     * @param join an empty data directory joins the cluster that the peers already form
     */
    public static void run(NodeConfig config, boolean join) throws StartRefused {
        throw new StartRefused("node " + config.node().id() + " is configured well, but nothing is wired to it yet");
    }
}
