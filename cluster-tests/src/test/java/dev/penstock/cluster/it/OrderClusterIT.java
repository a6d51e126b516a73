package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.client.ClientOptions;
import dev.penstock.client.GroupSpec;
import dev.penstock.client.PenstockClient;
import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.it.KeyOrderWatch.Version;
import dev.penstock.cluster.rig.ClusterRig;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** Ordered groups as FIFO queues of an unmodified AWS SDK, through every node, over a change of the leader. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderClusterIT {
    private static final int ROWS = 12;
    private static final int ROUNDS = 60;

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

    private ClusterRig rig() {
        return cluster.rig();
    }

    /** Promise 7: Ordered groups deliver each key in order. Rows that the filter does not want are between them. */
    @Test
    void shouldKeepTheOrderOfEachRowOverAChangeOfTheLeader() throws Exception {
        createGroup();
        KeyOrderWatch watch = new KeyOrderWatch();
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> consumers = new ArrayList<>();
        try {
            for (BrokerApi node : rig().nodes()) {
                consumers.add(threads.submit(() -> consume(node, watch, stop)));
            }
            postgres.execute("insert into orders (status, note) select 'ordered', 'round 0' from generate_series(1, "
                    + ROWS + ")");
            for (int round = 1; round <= ROUNDS; round++) {
                postgres.execute("insert into orders (status, note) values ('other', 'unwanted')");
                postgres.execute("update orders set note = 'round " + round + "' where status = 'ordered'");
                if (round == ROUNDS / 3) {
                    rig().process(rig().leader()).kill();
                }
            }
            Awaitility.await("every round of every row")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> watch.settled() == ROWS * (ROUNDS + 1)
                            || consumers.stream().anyMatch(Future::isDone));
        } finally {
            stop.set(true);
            threads.shutdown();
        }
        for (Future<?> consumer : consumers) {
            consumer.get();
        }
        assertThat(watch.violations()).isEmpty();
        assertThat(watch.settled()).isEqualTo(ROWS * (ROUNDS + 1));
    }

    private void createGroup() {
        PenstockClient client = new PenstockClient(
                List.of(URI.create(rig().nodes().get(0).url())),
                rig().plan().key().token(),
                ClientOptions.defaults().withRetryFor(Duration.ofSeconds(20)));
        client.createGroup(GroupSpec.named("keyed")
                .on(ClusterRig.STREAM)
                .inOrder()
                .visibleAfter(Duration.ofSeconds(5))
                .ofTables(List.of("public.orders"))
                .matching("record.note like 'round %'"));
    }

    private void consume(BrokerApi node, KeyOrderWatch watch, AtomicBoolean stop) {
        try (SqsClient client = sqs(node)) {
            String url = node.url() + "/000000000000/keyed.fifo";
            while (!stop.get()) {
                try {
                    receiveAndDelete(client, url, watch);
                } catch (software.amazon.awssdk.core.exception.SdkException unavailable) {
                    // The node is dead, or there is no leader and the SDK's own retries are used up.
                    if (unavailable instanceof software.amazon.awssdk.services.sqs.model.SqsException answered
                            && answered.statusCode() < 500) {
                        throw unavailable;
                    }
                }
            }
        }
    }

    private static void receiveAndDelete(SqsClient client, String url, KeyOrderWatch watch) {
        List<Message> messages = client.receiveMessage(
                        request -> request.queueUrl(url).maxNumberOfMessages(10).waitTimeSeconds(1))
                .messages();
        List<Version> versions = messages.stream()
                .map(message -> KeyOrderWatch.version(message.body()))
                .toList();
        watch.received(versions);
        if (messages.isEmpty()) {
            return;
        }
        List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            watch.deleting(versions.get(i));
            entries.add(DeleteMessageBatchRequestEntry.builder()
                    .id(Integer.toString(i))
                    .receiptHandle(messages.get(i).receiptHandle())
                    .build());
        }
        try {
            client.deleteMessageBatch(request -> request.queueUrl(url).entries(entries))
                    .failed()
                    .forEach(failed -> watch.notDeleted(versions.get(Integer.parseInt(failed.id()))));
        } catch (software.amazon.awssdk.core.exception.SdkException unknown) {
            versions.forEach(watch::unsure);
            throw unknown;
        }
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
}
