package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.CommandSubmitter.Decided;
import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.storage.machine.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What one caller asked for: encoded commands that stay together, in order, and where the answer goes. */
final class Submission {
    final List<byte[]> commands;
    final int bytes;
    /** Appends of one source keep their order; sources share fairly. */
    final int source;

    final long enqueuedNanos;
    final CompletableFuture<Decided> future = new CompletableFuture<>();

    Submission(List<byte[]> commands, int source, long enqueuedNanos) {
        this.commands = commands;
        this.source = source;
        this.enqueuedNanos = enqueuedNanos;
        int sum = 0;
        for (byte[] command : commands) {
            sum += command.length;
        }
        this.bytes = sum;
    }

    void decided(long index, List<Reply> replies) {
        future.complete(new Decided(index, List.copyOf(replies)));
    }

    void notDecided(NotDecided why) {
        future.completeExceptionally(why);
    }
}
