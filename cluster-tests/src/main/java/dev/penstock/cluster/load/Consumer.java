package dev.penstock.cluster.load;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.BrokerApi.Acked;
import dev.penstock.cluster.api.BrokerApi.Message;
import dev.penstock.cluster.api.BrokerApi.Received;
import dev.penstock.cluster.check.Delivery;
import dev.penstock.cluster.check.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A consumer as a user would write it: receive, do the work, ack; on a failure the next node. Runs on its own thread. Writes
 * down what it was given and what it acked.
 */
public final class Consumer implements Runnable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Consumer.class);
    private static final int MAX_MESSAGES = 1_000;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(50);

    /** A consumer that does nothing would ask again for each single event of a trickle, and keep three nodes busy with it. */
    private static final Duration WORK = Duration.ofMillis(20);

    private final List<BrokerApi> nodes;
    private final String group;
    private final Duration wait;
    private final Ledger ledger;
    private final ConsumerRecord record;
    private int node;
    private volatile boolean stopping;

    /**
     * @param nodes asked in turn, each until it fails
     * @param first index of the node to begin with
     * @param wait long poll
     */
    public Consumer(
            List<BrokerApi> nodes, int first, String group, Duration wait, Ledger ledger, ConsumerRecord record) {
        this.nodes = List.copyOf(nodes);
        this.node = first;
        this.group = group;
        this.wait = wait;
        this.ledger = ledger;
        this.record = record;
    }

    public void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws InterruptedException {
        long asked = System.nanoTime();
        Received received;
        try {
            received = nodes.get(node).receive(group, MAX_MESSAGES, wait);
        } catch (IOException | BrokerApi.RefusedException e) {
            record.failed(e);
            tryNext(e);
            return;
        }
        long answered = System.nanoTime();
        record.answered(answered);
        if (received.messages().isEmpty()) {
            return;
        }
        for (Message message : received.messages()) {
            record.delivered(new Delivery(
                    message.event().offset(), message.deliveryCount(), received.logIndex(), asked, answered));
        }
        Message newest = received.messages().get(received.messages().size() - 1);
        record.lag(Duration.between(newest.event().commitTime(), Instant.now()));
        LockSupport.parkNanos(WORK.toNanos());
        ack(received.messages());
    }

    /** Repeats an ack without an answer until one comes: it may have been applied, and says so again. */
    private void ack(List<Message> messages) throws InterruptedException {
        List<String> receipts = messages.stream().map(Message::receipt).toList();
        while (!stopping) {
            long asked = System.nanoTime();
            try {
                Acked acked = nodes.get(node).ack(group, receipts);
                long answered = System.nanoTime();
                settle(messages, acked, asked, answered);
                return;
            } catch (IOException | BrokerApi.RefusedException e) {
                record.failed(e);
                tryNext(e);
            }
        }
    }

    private void settle(List<Message> messages, Acked acked, long asked, long answered) {
        List<Settlement> settlements = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            if (acked.results().get(i)) {
                Message message = messages.get(i);
                settlements.add(new Settlement(message.event().offset(), acked.logIndex(), asked, answered));
                EventChange.of(message.event()).ifPresent(ledger::acked);
            }
        }
        record.settled(settlements);
    }

    private void tryNext(Exception cause) throws InterruptedException {
        LOG.debug("{} did not answer, trying the next node", nodes.get(node).url(), cause);
        node = (node + 1) % nodes.size();
        LockSupport.parkNanos(RETRY_PAUSE.toNanos());
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
