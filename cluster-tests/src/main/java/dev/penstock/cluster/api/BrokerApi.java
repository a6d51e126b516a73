package dev.penstock.cluster.api;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One node's HTTP interface, as far as the demo, the bench and the cluster tests use it. Thread-safe. Every method throws
 * {@link IOException} if no answer came in time or the answer was 503 (it may have been applied: repeat it) and
 * {@link RefusedException} for any other answer that is not a success.
 */
public interface BrokerApi {

    /** Base URL of the node, without a final slash. */
    String url();

    /** Status of a health probe such as {@code ready}. */
    int health(String probe) throws IOException, InterruptedException;

    Cluster cluster() throws IOException, InterruptedException;

    /** @param start {@code earliest} or {@code latest} */
    void createGroup(String name, String stream, String start, Duration visibility)
            throws IOException, InterruptedException;

    Received receive(String group, int max, Duration wait) throws IOException, InterruptedException;

    /** One result per receipt, in order: true if the message is settled. */
    Acked ack(String group, List<String> receipts) throws IOException, InterruptedException;

    /** Events from {@code offset} on. */
    Page events(String stream, long offset, int limit, Duration wait) throws IOException, InterruptedException;

    /** @param logIndex Raft index that decided, 0 if the answer named none */
    record Received(long logIndex, List<Message> messages) {}

    /** A message and its lease. */
    record Message(String receipt, int deliveryCount, Event event) {}

    /** @param logIndex Raft index that decided, 0 if the answer named none */
    record Acked(long logIndex, List<Boolean> results) {}

    /** @param next offset to ask for next */
    record Page(List<Event> events, long next) {}

    /** @param leader empty if none is known */
    record Cluster(String clusterId, String leader, long term, List<Node> nodes, List<Source> sources) {
        public long logEndOffset() {
            return nodes.stream().mapToLong(Node::logEndOffset).max().orElse(0);
        }
    }

    record Node(String id, String role, long term, long appliedIndex, long logEndOffset, String digest) {}

    record Source(String name, String state, String code, String confirmedLsn, String durableLsn, long lagBytes) {}

    /** An answer that says no. */
    final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;

        public RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
