package dev.penstock.broker.raft;

/** How this node's machine and its entries are made: what the constructor of {@link RaftNode} takes. */
public record StateMachines(ReplicatedState.Opener opener, EntryCodec codec) {}
