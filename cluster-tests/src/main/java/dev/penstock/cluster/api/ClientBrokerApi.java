package dev.penstock.cluster.api;

import dev.penstock.client.ClientOptions;
import dev.penstock.client.ClusterInfo;
import dev.penstock.client.GroupSpec;
import dev.penstock.client.ItemResult;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.PenstockException;
import dev.penstock.client.ReceiveOptions;
import dev.penstock.client.Settled;
import dev.penstock.client.StartAt;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@link BrokerApi} over the Java client that we ship, asked for one node and without its retries. The log and the health
 * probes are read as they come: the client does not keep an event's bytes. Thread-safe.
 */
public final class ClientBrokerApi implements BrokerApi {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final PenstockClient client;
    private final BrokerApi raw;

    public ClientBrokerApi(String url, String token) {
        ClientOptions options = new ClientOptions(CONNECT_TIMEOUT, ANSWER_TIMEOUT, Duration.ZERO);
        this.client = new PenstockClient(List.of(URI.create(url)), token, options);
        this.raw = new HttpBrokerApi(url, token);
    }

    @Override
    public String url() {
        return raw.url();
    }

    @Override
    public int health(String probe) throws IOException, InterruptedException {
        return raw.health(probe);
    }

    @Override
    public Page events(String stream, long offset, int limit, Duration wait) throws IOException, InterruptedException {
        return raw.events(stream, offset, limit, wait);
    }

    @Override
    public Cluster cluster() throws IOException, InterruptedException {
        ClusterInfo info = ask(client::cluster);
        List<Node> nodes = new ArrayList<>();
        for (ClusterInfo.Node node : info.nodes()) {
            nodes.add(new Node(
                    node.id(),
                    node.role(),
                    node.term(),
                    node.appliedIndex(),
                    Long.parseLong(node.logEndOffset()),
                    String.valueOf(node.digest())));
        }
        List<Source> sources = new ArrayList<>();
        for (ClusterInfo.Source source : info.sources()) {
            sources.add(new Source(
                    source.name(),
                    source.state(),
                    source.code(),
                    source.confirmedLsn(),
                    source.durableLsn(),
                    source.lagBytes()));
        }
        return new Cluster(
                info.clusterId(),
                Optional.ofNullable(info.leader()).orElse(""),
                info.term(),
                List.copyOf(nodes),
                List.copyOf(sources));
    }

    @Override
    public void createGroup(String name, String stream, String start, Duration visibility)
            throws IOException, InterruptedException {
        StartAt position = start.equals("earliest") ? StartAt.earliest() : StartAt.latest();
        GroupSpec spec = GroupSpec.named(name).on(stream).from(position).visibleAfter(visibility);
        ask(() -> client.createGroup(spec));
    }

    @Override
    public Received receive(String group, int max, Duration wait) throws IOException, InterruptedException {
        ReceiveOptions options = ReceiveOptions.upTo(max).waiting(wait);
        dev.penstock.client.Received received = ask(() -> client.receive(group, options));
        List<Message> messages = new ArrayList<>(received.messages().size());
        for (dev.penstock.client.Message message : received.messages()) {
            byte[] bytes = message.event().json().toString().getBytes(StandardCharsets.UTF_8);
            messages.add(new Message(
                    message.receipt(),
                    message.deliveryCount(),
                    new Event(message.event().json(), bytes)));
        }
        return new Received(received.logIndex(), List.copyOf(messages));
    }

    @Override
    public Acked ack(String group, List<String> receipts) throws IOException, InterruptedException {
        Settled settled = ask(() -> client.ack(group, receipts));
        return new Acked(
                settled.logIndex(),
                settled.results().stream().map(ItemResult::ok).toList());
    }

    private static <T> T ask(Supplier<T> request) throws IOException, InterruptedException {
        try {
            return request.get();
        } catch (PenstockException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (e.isUnavailable()) {
                throw new IOException(e.getMessage(), e);
            }
            throw new RefusedException(e.status(), String.valueOf(e.getMessage()));
        }
    }
}
