package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.api.BrokerApi.Message;
import dev.penstock.cluster.api.BrokerApi.Received;
import dev.penstock.cluster.api.Event;
import dev.penstock.cluster.rig.ClusterRig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;

/** What consumers are promised, through every node, over a change of the leader. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsumersClusterIT {
    private static final Duration LEASE = Duration.ofSeconds(8);

    private TestPostgres postgres;
    private TestCluster cluster;

    @BeforeAll
    void startCluster() throws Exception {
        postgres = TestPostgres.any();
        cluster = TestCluster.start(postgres);
    }

    @AfterAll
    void stopCluster() throws Exception {
        cluster.close();
        postgres.close();
    }

    @BeforeEach
    void healthy() throws Exception {
        rig().start();
    }

    private ClusterRig rig() {
        return cluster.rig();
    }

    /** Repeats a receive until a node answers, as any client does while there is no leader. */
    private static Received receive(BrokerApi node, String group, int max) {
        return Awaitility.await("an answered receive")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> node.receive(group, max, Duration.ZERO), received -> true);
    }

    private static Set<Long> offsets(Received received) {
        Set<Long> offsets = new HashSet<>();
        received.messages().forEach(message -> offsets.add(message.event().offset()));
        return offsets;
    }

    /**
     * Promise 4: A message has one lease at a time.
     *
     * <p>Promise 5: Settled stays settled.
     *
     * <p>Promise 6: Unsettled comes back.
     */
    @Test
    void shouldKeepLeasesAndAcksOverAChangeOfTheLeader() throws Exception {
        Trial.createGroup(rig(), "leases", "latest", LEASE);
        Rows.insert(rig(), postgres, 20);
        String leader = rig().leader();
        BrokerApi survivor = rig().node(rig().followers().get(0));
        Received first = survivor.receive("leases", 20, Duration.ofSeconds(5));
        long leasedNanos = System.nanoTime();
        assertThat(first.messages()).hasSize(20);
        List<String> settled =
                first.messages().subList(0, 10).stream().map(Message::receipt).toList();
        assertThat(survivor.ack("leases", settled).results()).containsOnly(true);

        rig().process(leader).kill();

        // Exclusive: nothing comes before the leases run out, and no acked message comes at all.
        Received early = receive(survivor, "leases", 20);
        if (System.nanoTime() - leasedNanos < LEASE.toNanos()) {
            assertThat(early.messages()).isEmpty();
        }
        Set<Long> again = new HashSet<>();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            again.addAll(offsets(receive(survivor, "leases", 20)));
            return again.size() >= 10;
        });
        assertThat(System.nanoTime() - leasedNanos).isGreaterThanOrEqualTo(LEASE.toNanos() - 1_000_000_000);
        Set<Long> unsettled = new HashSet<>();
        first.messages()
                .subList(10, 20)
                .forEach(message -> unsettled.add(message.event().offset()));
        assertThat(again).isEqualTo(unsettled);
        // The ack of a settled message is ok again, also from the new leader.
        assertThat(survivor.ack("leases", settled).results()).containsOnly(true);
    }

    /** Promise 5: Settled stays settled. */
    @Test
    void shouldGiveAConsumerThatReturnsAllThatItMissed() throws Exception {
        Trial.createGroup(rig(), "returning", "latest", LEASE);
        long from = Rows.insert(rig(), postgres, 10);
        assertThat(drain(rig().nodes().get(0), "returning", 10)).hasSize(10);

        // The consumer is away; the cluster is not spared a restart meanwhile.
        Rows.insert(rig(), postgres, 3_000);
        rig().cluster().stopAll();
        rig().start();
        long end = Rows.insert(rig(), postgres, 3_000) + 3_000;

        List<Long> offsets = drain(rig().nodes().get(1), "returning", 6_000);
        assertThat(offsets).doesNotHaveDuplicates().hasSize(6_000);
        assertThat(offsets).allMatch(offset -> offset >= from + 10 && offset < end);
        assertThat(receive(rig().nodes().get(2), "returning", 10).messages()).isEmpty();
    }

    private static List<Long> drain(BrokerApi node, String group, int count) throws Exception {
        List<Long> offsets = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (offsets.size() < count && System.nanoTime() < deadline) {
            Received received = node.receive(group, 1_000, Duration.ofSeconds(2));
            List<String> receipts = new ArrayList<>();
            for (Message message : received.messages()) {
                offsets.add(message.event().offset());
                receipts.add(message.receipt());
            }
            if (!receipts.isEmpty()) {
                assertThat(node.ack(group, receipts).results()).containsOnly(true);
            }
        }
        return offsets;
    }

    /** Promise 8: Replay is identical. */
    @Test
    void shouldReadTheSameBytesFromEveryNodeAgainAndAgain() throws Exception {
        long from = Rows.insert(rig(), postgres, 2_000);
        List<byte[]> first = events(rig().nodes().get(0), from, 2_000);

        for (BrokerApi node : rig().nodes()) {
            List<byte[]> again = events(node, from, 2_000);
            assertThat(again).hasSize(2_000);
            for (int i = 0; i < 2_000; i++) {
                assertThat(again.get(i)).isEqualTo(first.get(i));
            }
        }
    }

    private static List<byte[]> events(BrokerApi node, long from, int count) throws Exception {
        List<byte[]> events = new ArrayList<>();
        long next = from;
        while (events.size() < count) {
            BrokerApi.Page page =
                    node.events(ClusterRig.STREAM, next, Math.min(1_000, count - events.size()), Duration.ofSeconds(5));
            assertThat(page.events()).isNotEmpty();
            page.events().stream().map(Event::bytes).forEach(events::add);
            next = page.next();
        }
        return events;
    }

    /**
     * The request waits at a follower, so that the hang-up has to reach the leader.
     *
     * <p>Promise 6: Unsettled comes back.
     */
    @Test
    void shouldGiveNothingToAClientThatHungUp() throws Exception {
        Trial.createGroup(rig(), "hung-up", "latest", Duration.ofMinutes(10));
        URI url = URI.create(rig().node(rig().followers().get(0)).url());
        String body = "{\"max\":10,\"wait\":\"20s\"}";
        String request = "POST /v1/groups/hung-up/receive HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + rig().plan().key().token() + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        for (int i = 0; i < 5; i++) {
            try (Socket socket = new Socket(url.getHost(), url.getPort())) {
                OutputStream out = socket.getOutputStream();
                out.write(request.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                // Long enough to be waiting: there is nothing to be had yet, so no answer may come.
                socket.setSoTimeout(300);
                assertThat(readNothing(socket)).isTrue();
            }
        }
        // A hang-up travels; a receive of our own behind it does not overtake it.
        assertThat(receive(rig().nodes().get(0), "hung-up", 10).messages()).isEmpty();

        Rows.insert(rig(), postgres, 10);

        assertThat(drain(rig().nodes().get(0), "hung-up", 10)).hasSize(10);
    }

    private static boolean readNothing(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return true; // still waiting: that is what is wanted
        }
    }

    /** An SDK that knows nothing of us, with nothing but the endpoint set. */
    @Test
    void shouldServeAnUnmodifiedAwsSdkFromAnyNode() throws Exception {
        int count = 10_000;
        Trial.createGroup(rig(), "sdk", "latest", Duration.ofMinutes(5));
        long from = Rows.insert(rig(), postgres, count);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        List<SqsClient> clients = rig().nodes().stream().map(this::sqs).toList();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            String queueUrl =
                    clients.get(0).getQueueUrl(q -> q.queueName("sdk")).queueUrl();
            long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
            List<Future<?>> draining = new ArrayList<>();
            for (SqsClient client : clients) {
                draining.add(threads.submit(() -> {
                    while (seen.size() < count && System.nanoTime() < deadline) {
                        receiveAndDelete(client, queueUrl, seen);
                    }
                }));
            }
            for (Future<?> each : draining) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
            clients.forEach(SqsClient::close);
        }
        assertThat(seen.size()).isEqualTo(count);
        assertThat(receive(rig().nodes().get(0), "sdk", 10).messages()).isEmpty();
        assertThat(rig().logEnd()).isEqualTo(from + count);
    }

    private SqsClient sqs(BrokerApi node) {
        return SqsClient.builder()
                .httpClient(UrlConnectionHttpClient.create())
                .endpointOverride(URI.create(node.url()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        rig().plan().key().id(), rig().plan().key().secret())))
                .build();
    }

    private static void receiveAndDelete(SqsClient client, String queueUrl, Set<String> seen) {
        ReceiveMessageRequest request = ReceiveMessageRequest.builder()
                .queueUrl(queueUrl)
                .maxNumberOfMessages(10)
                .waitTimeSeconds(1)
                .build();
        List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
        client.receiveMessage(request).messages().forEach(message -> {
            assertThat(seen.add(message.messageId())).as("each message once").isTrue();
            entries.add(DeleteMessageBatchRequestEntry.builder()
                    .id(Integer.toString(entries.size()))
                    .receiptHandle(message.receiptHandle())
                    .build());
        });
        if (!entries.isEmpty()) {
            DeleteMessageBatchResponse deleted =
                    client.deleteMessageBatch(b -> b.queueUrl(queueUrl).entries(entries));
            assertThat(deleted.failed()).isEmpty();
            assertThat(deleted.successful()).hasSize(entries.size());
        }
    }
}
