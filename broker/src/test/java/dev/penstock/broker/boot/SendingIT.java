package dev.penstock.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;
import software.amazon.awssdk.services.sqs.model.UnsupportedOperationException;

/** Queues that are sent to: the AWS SDK, three nodes, a Postgres in between. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendingIT {

    private QueueCluster cluster;
    private SqsClient sqs;

    @BeforeAll
    void start() throws Exception {
        cluster = new QueueCluster();
        int leader = cluster.leader();
        // A follower: requests are forwarded.
        sqs = cluster.client((leader + 1) % 3);
    }

    @AfterAll
    void stop() throws Exception {
        cluster.close();
    }

    private String queue(String name) {
        return sqs.createQueue(request -> request.queueName(name)).queueUrl();
    }

    private List<Message> receive(String url) {
        return sqs.receiveMessage(request -> request.queueUrl(url)
                        .maxNumberOfMessages(10)
                        .waitTimeSeconds(5)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
    }

    /** Receives and deletes until so many have come. */
    private List<Message> drain(String url, int count) {
        List<Message> all = new ArrayList<>();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            for (Message message : receive(url)) {
                all.add(message);
                sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
            }
            return all.size() >= count;
        });
        return all;
    }

    private static List<String> bodies(List<Message> messages) {
        return messages.stream().map(Message::body).toList();
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    @Test
    void shouldDeliverWhatWasSentUnchanged() {
        String url = queue("unchanged");
        Map<String, MessageAttributeValue> attributes = Map.of(
                "text",
                text("ä < & > \" ' \u20ac"),
                "number",
                MessageAttributeValue.builder()
                        .dataType("Number.price")
                        .stringValue("-12.50")
                        .build(),
                "binary",
                MessageAttributeValue.builder()
                        .dataType("Binary")
                        .binaryValue(SdkBytes.fromByteArray(new byte[] {0, 1, -1, 127}))
                        .build());
        List<String> bodies = List.of(
                "{\"id\":1}",
                "ä\u20ac\uD83D\uDE00 <a href=\"x\">&amp;</a> \t\r\n \\ / ' \u0085\u2028\uFFFD",
                "\"".repeat(1_048_576),
                "x".repeat(1_048_576));

        for (String body : bodies) {
            boolean small = body.length() < 10_000;
            SendMessageResponse sent = sqs.sendMessage(request ->
                    request.queueUrl(url).messageBody(body).messageAttributes(small ? attributes : Map.of()));
            List<Message> messages = receive(url);
            assertThat(messages).as("sent is there").hasSize(1);
            Message message = messages.get(0);

            assertThat(message.body()).isEqualTo(body);
            assertThat(message.messageId()).isEqualTo(sent.messageId());
            assertThat(message.md5OfBody()).isEqualTo(sent.md5OfMessageBody());
            assertThat(message.messageAttributes()).isEqualTo(small ? attributes : Map.of());
            assertThat(message.md5OfMessageAttributes()).isEqualTo(sent.md5OfMessageAttributes());
            sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
        }
    }

    @Test
    void shouldSendABatchInItsOrder() {
        String url = queue("batch");
        List<SendMessageBatchRequestEntry> entries = IntStream.range(0, 10)
                .mapToObj(i -> SendMessageBatchRequestEntry.builder()
                        .id("e" + i)
                        .messageBody(i == 3 ? "\u0001" : "body " + i)
                        .messageAttributes(Map.of("i", text("" + i)))
                        .build())
                .toList();

        SendMessageBatchResponse sent =
                sqs.sendMessageBatch(request -> request.queueUrl(url).entries(entries));

        assertThat(sent.successful()).hasSize(9);
        assertThat(sent.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.id()).isEqualTo("e3");
            assertThat(failed.code()).isEqualTo("InvalidMessageContents");
        });
        assertThat(bodies(drain(url, 9)))
                .containsExactly(
                        "body 0", "body 1", "body 2", "body 4", "body 5", "body 6", "body 7", "body 8", "body 9");
    }

    @Test
    void shouldDeliverWhatWasEmittedInSqlAndNothingThatWasRolledBack() throws Exception {
        String url = queue("outbox");
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into notes values (1, 'rolled back')");
            statement.execute("select pg_logical_emit_message(true, 'penstock:q:outbox', 'rolled back')");
            connection.rollback();
            statement.execute("insert into notes values (2, 'committed')");
            for (int i = 0; i < 5; i++) {
                statement.execute("select pg_logical_emit_message(true, 'penstock:q:outbox', 'note " + i + " ä')");
            }
            statement.execute("select pg_logical_emit_message(true, 'penstock:q:outbox', '\\xff00'::bytea)");
            statement.execute("select pg_logical_emit_message(true, 'penstock:m:outbox', 'no envelope')");
            statement.execute("select pg_logical_emit_message(true, 'penstock:m:outbox',"
                    + " jsonb_build_object('body', 'in an envelope', 'attributes', jsonb_build_object('a',"
                    + " jsonb_build_object('DataType', 'String', 'StringValue', 'b')))::text)");
            statement.execute("select pg_logical_emit_message(true, 'penstock:q:another', 'elsewhere')");
            connection.commit();
        }

        List<Message> messages = drain(url, 8);

        assertThat(bodies(messages))
                .containsExactly(
                        "note 0 ä",
                        "note 1 ä",
                        "note 2 ä",
                        "note 3 ä",
                        "note 4 ä",
                        "/wA=",
                        "no envelope",
                        "in an envelope");
        assertThat(messages.get(5).messageAttributes().get("encoding")).isEqualTo(text("base64"));
        assertThat(messages.get(6).messageAttributes()).containsOnlyKeys("malformed_envelope");
        assertThat(messages.get(7).messageAttributes()).isEqualTo(Map.of("a", text("b")));
        assertThat(receiveNow(url)).isEmpty();
    }

    private List<Message> receiveNow(String url) {
        return sqs.receiveMessage(request -> request.queueUrl(url)).messages();
    }

    @Test
    void shouldNotSendToAGroupOverChanges() throws Exception {
        // A group over changes is made with the native API.
        java.net.http.HttpClient.newHttpClient()
                .send(
                        java.net.http.HttpRequest.newBuilder(cluster.uri(0, "/v1/groups"))
                                .header("Authorization", "Bearer ADMIN." + QueueCluster.SECRET)
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"name\":\"changes\"}"))
                                .build(),
                        java.net.http.HttpResponse.BodyHandlers.ofString());
        String url = sqs.getQueueUrl(request -> request.queueName("changes")).queueUrl();

        assertThatThrownBy(
                        () -> sqs.sendMessage(request -> request.queueUrl(url).messageBody("x")))
                .isInstanceOf(UnsupportedOperationException.class);
        sqs.sendMessage(request -> request.queueUrl(queue("own")).messageBody("not for others"));
        cluster.sql("insert into notes values (77, 'a change')");

        assertThat(bodies(drain(url, 1))).singleElement().asString().contains("a change");
    }

    @Test
    void shouldFailRetryablyAndGoOnReceivingWhilePostgresIsDown() throws Exception {
        String url = queue("outage");
        sqs.sendMessage(request -> request.queueUrl(url).messageBody("before"));
        cluster.stopPostgres();
        try {
            assertThatThrownBy(() ->
                            sqs.sendMessage(request -> request.queueUrl(url).messageBody("during")))
                    .isInstanceOfSatisfying(SqsException.class, failure -> {
                        assertThat(failure.statusCode()).isEqualTo(503);
                        assertThat(failure.awsErrorDetails().errorCode()).isEqualTo("ServiceUnavailable");
                        assertThat(failure.numAttempts()).isGreaterThan(1);
                    });
            assertThat(bodies(drain(url, 1))).containsExactly("before");
        } finally {
            cluster.startPostgres();
        }
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(SqsException.class)
                .until(() -> sqs.sendMessage(request -> request.queueUrl(url).messageBody("after"))
                                .messageId()
                                .length()
                        == 36);
        cluster.leader();
        assertThat(bodies(drain(url, 1))).contains("after");
    }

    @Test
    void shouldKeepWhatWasSentOverAChangeOfTheLeader() throws Exception {
        String url = queue("failover");
        for (int i = 0; i < 20; i++) {
            String body = "message " + i;
            sqs.sendMessage(request -> request.queueUrl(url).messageBody(body));
        }
        int old = cluster.leader();
        sqs = cluster.client((old + 1) % 3);
        cluster.stop(old);
        try {
            cluster.leader();
            sqs.sendMessage(request -> request.queueUrl(url).messageBody("message 20"));
            assertThat(bodies(drain(url, 21)))
                    .containsExactlyElementsOf(IntStream.rangeClosed(0, 20)
                            .mapToObj(i -> "message " + i)
                            .toList());
        } finally {
            cluster.start(old);
        }
    }

    @Test
    void shouldHideDelayedMessagesUntilTheirTime() {
        String url = sqs.createQueue(request ->
                        request.queueName("delayed").attributes(Map.of(QueueAttributeName.DELAY_SECONDS, "900")))
                .queueUrl();
        long sentNanos = System.nanoTime();
        sqs.sendMessage(
                request -> request.queueUrl(url).messageBody("in three seconds").delaySeconds(3));
        sqs.sendMessage(request -> request.queueUrl(url).messageBody("in a quarter of an hour"));
        sqs.sendMessage(request -> request.queueUrl(url).messageBody("at once").delaySeconds(0));

        assertThat(bodies(drain(url, 1))).containsExactly("at once");
        assertThat(sqs.getQueueAttributes(request -> request.queueUrl(url)
                                .attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                        .attributes()
                        .values())
                .containsExactly("2");
        List<Message> later = drain(url, 1);
        assertThat(bodies(later)).containsExactly("in three seconds");
        assertThat(later.get(0).attributes()).containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
        assertThat(System.nanoTime() - sentNanos)
                .isGreaterThan(Duration.ofSeconds(3).toNanos());
        assertThat(receiveNow(url)).isEmpty();
    }

    private String fifo(String name, Map<QueueAttributeName, String> attributes) {
        Map<QueueAttributeName, String> all = new java.util.HashMap<>(attributes);
        all.put(QueueAttributeName.FIFO_QUEUE, "true");
        return sqs.createQueue(request -> request.queueName(name).attributes(all))
                .queueUrl();
    }

    private SendMessageResponse send(String url, String group, String dedup, String body) {
        return sqs.sendMessage(request -> request.queueUrl(url)
                .messageGroupId(group)
                .messageDeduplicationId(dedup)
                .messageBody(body));
    }

    @Test
    void shouldKeepTheOrderOfEachGroup() throws Exception {
        String url = fifo("ordered.fifo", Map.of());
        send(url, "a", "1", "a1");
        send(url, "b", "2", "b1");
        send(url, "a", "3", "a2");
        cluster.sql(
                "select pg_logical_emit_message(true, 'penstock:q:ordered', 'raw 1')",
                "select pg_logical_emit_message(true, 'penstock:q:ordered.fifo', 'raw 2')",
                "select pg_logical_emit_message(true, 'penstock:m:ordered.fifo', '{\"group\":\"a\",\"body\":\"a3\"}')");

        Message first = sqs.receiveMessage(request -> request.queueUrl(url)
                        .waitTimeSeconds(5)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages()
                .get(0);
        assertThat(first.body()).isEqualTo("a1");
        assertThat(first.attributes())
                .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "a")
                .containsEntry(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID, "1");
        List<Message> others = new ArrayList<>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            others.addAll(receive(url));
            return others.size() >= 3;
        });
        assertThat(bodies(others)).as("a waits").containsExactly("b1", "raw 1", "raw 2");
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(first.receiptHandle()));
        assertThat(bodies(receive(url))).containsExactly("a2", "a3");
    }

    @Test
    void shouldDeliverRepetitionsOnceAlsoAfterAChangeOfTheLeader() throws Exception {
        String url = fifo("once.fifo", Map.of(QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"));
        SendMessageResponse first = send(url, "g", "same", "first");
        SendMessageResponse second = send(url, "g", "same", "second");
        assertThat(second.messageId()).isNotEqualTo(first.messageId());
        assertThat(second.sequenceNumber()).isGreaterThan(first.sequenceNumber());
        sqs.sendMessage(request -> request.queueUrl(url).messageGroupId("g").messageBody("by content"));
        sqs.sendMessage(request -> request.queueUrl(url).messageGroupId("g").messageBody("by content"));
        int old = cluster.leader();
        sqs = cluster.client((old + 1) % 3);
        cluster.stop(old);
        try {
            cluster.leader();
            send(url, "g", "same", "third");
            sqs.sendMessage(request -> request.queueUrl(url).messageGroupId("g").messageBody("by content"));
            send(url, "g", "another", "last");

            assertThat(bodies(drain(url, 3))).containsExactly("first", "by content", "last");
            assertThat(receiveNow(url)).isEmpty();
        } finally {
            cluster.start(old);
        }
        sqs.purgeQueue(request -> request.queueUrl(url));
        send(url, "g", "same", "after the purge");
        assertThat(bodies(drain(url, 1))).containsExactly("after the purge");
    }

    @Test
    void shouldDelayAnOrderedQueueAsAWhole() {
        String url = fifo("late.fifo", Map.of(QueueAttributeName.DELAY_SECONDS, "2"));
        long sentNanos = System.nanoTime();
        send(url, "a", "1", "a1");
        send(url, "b", "2", "b1");
        send(url, "a", "3", "a2");

        assertThat(receiveNow(url)).isEmpty();
        assertThat(bodies(drain(url, 3)))
                .containsExactlyInAnyOrder("a1", "b1", "a2")
                .containsSubsequence("a1", "a2");
        assertThat(System.nanoTime() - sentNanos)
                .isGreaterThan(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void shouldShowAndChangeAttributes() {
        String url = sqs.createQueue(request -> request.queueName("attributes")
                        .attributes(Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT, "45",
                                QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048",
                                QueueAttributeName.MESSAGE_RETENTION_PERIOD, "86400"))
                        .tags(Map.of("team", "shop")))
                .queueUrl();
        assertThat(sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                        .attributes())
                .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "45")
                .containsEntry(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048")
                .containsEntry(QueueAttributeName.MESSAGE_RETENTION_PERIOD, "86400");
        assertThat(sqs.listQueueTags(request -> request.queueUrl(url)).tags()).isEqualTo(Map.of("team", "shop"));
        assertThatThrownBy(
                        () -> sqs.sendMessage(request -> request.queueUrl(url).messageBody("x".repeat(2_049))))
                .hasMessageContaining("Message must be shorter than 2048 bytes.");
        sqs.setQueueAttributes(
                request -> request.queueUrl(url).attributes(Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "4096")));
        sqs.sendMessage(request -> request.queueUrl(url).messageBody("x".repeat(2_049)));
        assertThat(drain(url, 1)).hasSize(1);
    }
}
