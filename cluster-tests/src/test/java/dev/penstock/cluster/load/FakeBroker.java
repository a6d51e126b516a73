package dev.penstock.cluster.load;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.Event;
import dev.penstock.cluster.api.EventText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A node with a log in memory that hands out each message once and can be told to fail. Thread-safe. */
class FakeBroker implements BrokerApi {
    private final List<Event> log = new ArrayList<>();
    private final Set<Integer> acked = new HashSet<>();
    private int nextDelivery;
    private int failures;
    private boolean loseAcks;

    synchronized void append(String action, String table, long key, long writer, long tx, int ordinal) {
        log.add(EventText.event(log.size(), 100 + tx, ordinal, action, table, key, writer, tx));
    }

    /** The next requests get no answer. */
    synchronized void failNext(int requests) {
        failures = requests;
    }

    /** Acks are applied, but the first answer is lost. */
    synchronized void loseAnswerOfNextAck() {
        loseAcks = true;
    }

    synchronized int ackedCount() {
        return acked.size();
    }

    private void maybeFail() throws IOException {
        if (failures > 0) {
            failures--;
            throw new IOException("no answer");
        }
    }

    @Override
    public String url() {
        return "fake";
    }

    @Override
    public int health(String probe) {
        return 200;
    }

    @Override
    public Cluster cluster() {
        return new Cluster("fake", "n1", 1, List.of(), List.of());
    }

    @Override
    public void createGroup(String name, String stream, String start, Duration visibility) {}

    @Override
    public synchronized Received receive(String group, int max, Duration wait) throws IOException {
        maybeFail();
        List<Message> messages = new ArrayList<>();
        while (messages.size() < max && nextDelivery < log.size()) {
            messages.add(new Message(Integer.toString(nextDelivery), 1, log.get(nextDelivery)));
            nextDelivery++;
        }
        return new Received(10, messages);
    }

    @Override
    public synchronized Acked ack(String group, List<String> receipts) throws IOException {
        maybeFail();
        receipts.forEach(receipt -> acked.add(Integer.valueOf(receipt)));
        if (loseAcks) {
            loseAcks = false;
            throw new IOException("the answer was lost");
        }
        return new Acked(20, receipts.stream().map(receipt -> true).toList());
    }

    @Override
    public synchronized Page events(String stream, long offset, int limit, Duration wait) {
        int from = (int) Math.min(offset, log.size());
        int to = (int) Math.min(offset + limit, log.size());
        return new Page(List.copyOf(log.subList(from, to)), to);
    }
}
