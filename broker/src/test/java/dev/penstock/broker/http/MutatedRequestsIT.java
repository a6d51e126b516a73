package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Requests with bytes changed, cut, doubled and crossed: any answer but 500, and the server goes on. */
class MutatedRequestsIT {

    private static final int REQUESTS = Integer.getInteger("penstock.requests", 20_000);

    /** Requests that are not complete, or swallow the one behind them, end by their deadline: a short one. */
    private static final HttpLimits LIMITS = HttpLimits.defaults()
            .withTimes(Duration.ofMillis(40), Duration.ofMillis(40), Duration.ofMillis(40), Duration.ofSeconds(10));

    private static final int CLIENTS = 4;

    @Test
    void shouldNeverFailOnMutatedRequests() throws IOException {
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        try (TestNode node = TestNode.start(LIMITS)) {
            node.groups.with("orders", GroupConfig.Ordering.NONE).with("keyed", GroupConfig.Ordering.KEY);
            node.groups.add("orders", 100);
            node.log.append(100);
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                long ownSeed = seed + i;
                clients.add(CompletableFuture.runAsync(() -> send(node, ownSeed), task -> new Thread(task).start()));
            }
            clients.forEach(CompletableFuture::join);
            // and the server is still well
            try (RawClient client = node.connect()) {
                assertThat(client.call("GET", "/health/live", "", "").status()).isEqualTo(200);
            }
        }
    }

    private static void send(TestNode node, long seed) {
        Random random = new Random(seed);
        List<byte[]> corpus = corpus();
        for (int i = 0; i < REQUESTS / CLIENTS; i++) {
            byte[] request = mutate(corpus, random);
            assertThat(exchange(node, request))
                    .as(
                            "-Dpenstock.seed=%s, request %s:%n%s",
                            seed, i, new String(request, StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1 500");
        }
    }

    /** All that comes back until the server closes: behind each request stands one that makes it close. */
    private static String exchange(TestNode node, byte[] request) {
        try (RawClient client = node.connect()) {
            client.send(request);
            client.send("\r\n\r\nGET / HTTP/0.0\r\n\r\n");
            return client.rest();
        } catch (SocketException closedWhileSending) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> corpus() {
        List<String> requests = new ArrayList<>();
        for (String operation : new String[] {
            "GetQueueUrl",
            "ListQueues",
            "GetQueueAttributes",
            "ReceiveMessage",
            "DeleteMessage",
            "DeleteMessageBatch",
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
            "ListQueueTags",
            "PurgeQueue",
            "CreateQueue",
            "ListDeadLetterSourceQueues",
            "StartMessageMoveTask",
            "CancelMessageMoveTask",
            "SendMessage"
        }) {
            requests.add(
                    RawClient.sqsRequest(
                            operation,
                            TestNode.ADMIN,
                            "{\"QueueUrl\":\"http://h/0/orders\",\"QueueName\":\"orders\",\"AttributeNames\":[\"All\"],"
                                    + "\"Attributes\":{\"VisibilityTimeout\":\"30\"},\"Tags\":{\"a\":\"b\"},"
                                    + "\"TagKeys\":[\"a\"],\"SourceArn\":\"a:b:orders\",\"TaskHandle\":\"x\","
                                    + "\"ReceiptHandle\":\"r-orders-1-1\",\"VisibilityTimeout\":0,\"MaxNumberOfMessages\":2,"
                                    + "\"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"r-orders-2-1\",\"VisibilityTimeout\":1}]}"));
        }
        requests.add(RawClient.request(
                "POST",
                "/v1/groups",
                TestNode.ADMIN,
                "{\"name\":\"w\",\"start\":{\"offset\":1},"
                        + "\"visibility_timeout\":\"1s\",\"filter\":{\"tables\":[\"a.b\"],\"actions\":[\"insert\"]}}"));
        forms(requests);
        requests.add(RawClient.request(
                "PATCH", "/v1/groups/orders", TestNode.ADMIN, "{\"visibility_timeout\":\"9s\",\"filter\":{}}"));
        requests.add(RawClient.request("POST", "/v1/groups/orders/pause", TestNode.ADMIN, "{}"));
        requests.add(RawClient.request("POST", "/v1/groups/orders/resume", TestNode.ADMIN, ""));
        requests.add(
                RawClient.request(
                        "POST",
                        "/v1/filters/test",
                        TestNode.ADMIN,
                        "{\"stream\":\"main\",\"filter\":{\"where\":\"record.amount > 100 and record.note like '%a_b%'\"},\"last\":5}"));
        requests.add(RawClient.request("GET", "/v1/groups", TestNode.ADMIN, ""));
        requests.add(RawClient.request("GET", "/v1/groups/orders", TestNode.ADMIN, ""));
        for (String operation : new String[] {"receive", "ack", "nack", "extend", "seek"}) {
            requests.add(RawClient.request(
                    "POST",
                    "/v1/groups/orders/" + operation,
                    TestNode.ADMIN,
                    switch (operation) {
                        case "receive" -> "{\"max\":3,\"visibility_timeout\":\"5s\",\"acks\":[\"r-orders-3-1\"]}";
                        case "extend" -> "{\"receipts\":[\"r-orders-4-1\"],\"visibility_timeout\":\"5s\"}";
                        case "seek" -> "{\"to\":{\"offset\":\"7\"},\"dry_run\":false}";
                        default -> "{\"receipts\":[\"r-orders-4-1\"]}";
                    }));
        }
        requests.add(RawClient.request("GET", "/v1/streams/main/events?offset=5&limit=3", TestNode.ADMIN, ""));
        requests.add(RawClient.request("GET", "/v1/cluster", TestNode.ADMIN, ""));
        return requests.stream()
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** The Query protocol: as forms, as queries, and with attempts on a FIFO queue. */
    private static void forms(List<String> requests) {
        for (String form : new String[] {
            "Action=ReceiveMessage&AttributeName.1=All&MessageAttributeName.1=All&MaxNumberOfMessages=2&VisibilityTimeout=1",
            "Action=ReceiveMessage&QueueUrl=keyed.fifo&ReceiveRequestAttemptId=a%2Fb&AttributeName=All",
            "Action=DeleteMessageBatch&DeleteMessageBatchRequestEntry.1.Id=a"
                    + "&DeleteMessageBatchRequestEntry.1.ReceiptHandle=r-orders-1-1",
            "Action=ChangeMessageVisibilityBatch&ChangeMessageVisibilityBatchRequestEntry.1.Id=a"
                    + "&ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=r-orders-1-1"
                    + "&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=0",
            "Action=SetQueueAttributes&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=30",
            "Action=TagQueue&Tag.1.Key=%C3%A4&Tag.1.Value=v&Tag.2.Key=b",
            "Action=SendMessage&MessageBody=x&MessageAttribute.1.Name=n&MessageAttribute.1.Value.StringValue=v",
            "Action=ListQueues&QueueNamePrefix=o&MaxResults=1&Version=2012-11-05"
        }) {
            requests.add(RawClient.request("POST", "/000000000000/orders", TestNode.ADMIN, form)
                    .replace("Content-Length:", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length:"));
            requests.add(RawClient.request("GET", "/1/orders?" + form, TestNode.ADMIN, ""));
        }
    }

    private static byte[] mutate(List<byte[]> corpus, Random random) {
        byte[] bytes = corpus.get(random.nextInt(corpus.size())).clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = join(bytes, 0, at, bytes, Math.min(bytes.length, at + 1 + random.nextInt(20)));
                case 3 -> bytes = join(bytes, 0, at, bytes, Math.max(0, at - random.nextInt(20)));
                case 4 -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    bytes = join(bytes, 0, at, other, random.nextInt(other.length));
                }
                default -> {
                    String[] tokens = {
                        "\"", "{", "}", "[", ",", ":", "null", "-1", "1e99", "&", "=", "%00", ".1.", "+", "\\u0000",
                        "%00", "\r\n"
                    };
                    byte[] token = tokens[random.nextInt(tokens.length)].getBytes(StandardCharsets.US_ASCII);
                    bytes = join(join(bytes, 0, at, token, 0), 0, at + token.length, bytes, at);
                }
            }
        }
        return bytes;
    }

    private static byte[] join(byte[] head, int from, int to, byte[] tail, int tailFrom) {
        byte[] joined = new byte[to - from + tail.length - tailFrom];
        System.arraycopy(head, from, joined, 0, to - from);
        System.arraycopy(tail, tailFrom, joined, to - from, tail.length - tailFrom);
        return joined;
    }
}
