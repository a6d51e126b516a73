package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What a consumer can do with a group, whatever the protocol. Thread-safe, never blocks; works on a ready leader only
 * (elsewhere every call is refused with {@link Refused.Code#NO_LEADER}; HTTP forwards before it gets here). Futures
 * complete exceptionally with {@link Refused} only.
 */
public final class GroupService {

    /** @param existed true if the same group was there already */
    public record Created(long logIndex, GroupState group, boolean existed) {}

    /**
     * @param max 1 to 1,000
     * @param waitMillis how long to wait for the first message
     * @param visibilityMillis length of the leases; empty = the group's default
     * @param maxBytes bound of the answer's event bytes; one event always fits
     */
    public record ReceiveRequest(
            String group, int max, long waitMillis, OptionalLong visibilityMillis, long maxBytes) {}

    /** @param logIndex the Raft index that decided; of an empty answer the applied index */
    public record Received(long logIndex, List<Delivery> deliveries) {}

    /** One result per receipt, in order. A receipt that is not authentic is INVALID. */
    public record Settled(long logIndex, List<ItemOutcome> results) {}

    public enum ItemOutcome {
        OK,
        LEASE_LOST,
        /** Nack or extend of a message that is settled already. */
        SETTLED,
        /** Not a receipt of this cluster, or of another group. */
        INVALID
    }

    /** @param events how many events lie between the two offsets, before any filter */
    public record Sought(long logIndex, long from, long to, long events) {}

    /**
     * @param backlog events at or after the scan position, before any filter
     * @param oldestUnsettledMillis age of the oldest unsettled or undelivered event by commit time, 0 if there is none
     */
    public record Described(
            long logIndex, GroupState group, String stream, long floor, long backlog, long oldestUnsettledMillis) {}

    public CompletableFuture<Created> create(String name, String stream, StartPosition start, GroupConfig config) {
        throw new UnsupportedOperationException();
    }

    public CompletableFuture<Long> delete(String name) {
        throw new UnsupportedOperationException();
    }

    public List<Described> list() {
        throw new UnsupportedOperationException();
    }

    public Optional<Described> describe(String name) {
        throw new UnsupportedOperationException();
    }

    /**
     * Cancelling the future says that the client is gone: no message is granted to it any more, and one granted meanwhile
     * is given back uncounted.
     */
    public CompletableFuture<Received> receive(ReceiveRequest request) {
        throw new UnsupportedOperationException();
    }

    /** The answer could not be written to its client: its messages are given back, the delivery not counted. */
    public void release(String group, Received received) {
        throw new UnsupportedOperationException();
    }

    public CompletableFuture<Settled> ack(String group, List<String> receipts) {
        throw new UnsupportedOperationException();
    }

    public CompletableFuture<Settled> nack(String group, List<String> receipts, long delayMillis) {
        throw new UnsupportedOperationException();
    }

    /** @param lenient the standard SQS view: any authentic receipt of an unsettled message */
    public CompletableFuture<Settled> extend(
            String group, List<String> receipts, long visibilityMillis, boolean lenient) {
        throw new UnsupportedOperationException();
    }

    public CompletableFuture<Sought> seek(String group, StartPosition to, boolean dryRun) {
        throw new UnsupportedOperationException();
    }

    static ItemOutcome outcomeOf(Reply.ItemResult result) {
        return switch (result) {
            case OK -> ItemOutcome.OK;
            case LEASE_LOST -> ItemOutcome.LEASE_LOST;
            case SETTLED -> ItemOutcome.SETTLED;
        };
    }
}
