package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.http.FakeGroups;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchEntryIdsNotDistinctException;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.InvalidAttributeValueException;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.QueueNameExistsException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SqsException;
import software.amazon.awssdk.services.sqs.model.UnsupportedOperationException;

/** The unmodified AWS SDK for Java v2, through a follower: signatures, digests, errors, every operation. */
class AwsSdkIT {

    private TestNode leader;
    private TestNode follower;
    private SqsClient sqs;

    @BeforeEach
    void start() throws IOException {
        leader = TestNode.start("n1", new FakeGroups().with("orders", GroupConfig.Ordering.NONE));
        leader.groups.with("keyed", GroupConfig.Ordering.KEY);
        follower = TestNode.start("n2", new FakeGroups());
        leader.leader.leads("n1");
        follower.leader.follows("n1");
        follower.peers.put("n1", leader.uri());
        sqs = client(TestNode.SECRET);
    }

    @AfterEach
    void stop() {
        sqs.close();
        follower.close();
        leader.close();
    }

    private SqsClient client(String secret) {
        return client("CONSUMER", secret);
    }

    private SqsClient client(String keyId, String secret) {
        return SqsClient.builder()
                .endpointOverride(follower.uri())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private String url() {
        return sqs.getQueueUrl(request -> request.queueName("orders")).queueUrl();
    }

    @Test
    void shouldFindListAndDescribeQueues() {
        assertThat(url()).isEqualTo(follower.uri() + "/000000000000/orders");
        assertThat(sqs.listQueues().queueUrls()).hasSize(2).contains(url());
        assertThat(sqs.listQueuesPaginator(request -> request.maxResults(1)).queueUrls().stream())
                .hasSize(2);
        assertThat(sqs.getQueueAttributes(request -> request.queueUrl(url()).attributeNames(QueueAttributeName.ALL))
                        .attributes())
                .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "30")
                .containsEntry(QueueAttributeName.RECEIVE_MESSAGE_WAIT_TIME_SECONDS, "0");
    }

    @Test
    void shouldReceiveWithDigestsThatTheClientChecks() {
        leader.groups.add("orders", 1);

        List<Message> messages = sqs.receiveMessage(request -> request.queueUrl(url())
                        .waitTimeSeconds(5)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                        .messageAttributeNames("All"))
                .messages();

        assertThat(messages).hasSize(1);
        Message message = messages.get(0);
        assertThat(message.body())
                .isEqualTo(new String(FakeGroups.event(0).json(), java.nio.charset.StandardCharsets.UTF_8));
        assertThat(UUID.fromString(message.messageId()))
                .isEqualTo(FakeGroups.event(0).id());
        assertThat(message.messageAttributes())
                .containsEntry(
                        "table",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("orders")
                                .build());
        assertThat(message.attributes()).containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
    }

    @Test
    void shouldAnswerAnEmptyQueue() {
        assertThat(sqs.receiveMessage(request -> request.queueUrl(url())).messages())
                .isEmpty();
    }

    @Test
    void shouldDrainAQueueInBatches() {
        leader.groups.add("orders", 1_000);
        Set<String> seen = new HashSet<>();
        ReceiveMessageRequest receive = ReceiveMessageRequest.builder()
                .queueUrl(url())
                .maxNumberOfMessages(10)
                .build();

        while (seen.size() < 1_000) {
            List<Message> messages = sqs.receiveMessage(receive).messages();
            assertThat(messages).isNotEmpty();
            messages.forEach(
                    message -> assertThat(seen.add(message.messageId())).isTrue());
            List<DeleteMessageBatchRequestEntry> entries = IntStream.range(0, messages.size())
                    .mapToObj(i -> DeleteMessageBatchRequestEntry.builder()
                            .id(Integer.toString(i))
                            .receiptHandle(messages.get(i).receiptHandle())
                            .build())
                    .toList();
            assertThat(sqs.deleteMessageBatch(request ->
                                    request.queueUrl(receive.queueUrl()).entries(entries))
                            .successful())
                    .hasSize(messages.size());
        }

        assertThat(leader.groups.unsettled("orders")).isZero();
    }

    @Test
    void shouldDeleteAndChangeVisibility() {
        leader.groups.add("orders", 2);
        List<Message> messages = sqs.receiveMessage(
                        request -> request.queueUrl(url()).maxNumberOfMessages(2))
                .messages();

        sqs.changeMessageVisibility(request -> request.queueUrl(url())
                .receiptHandle(messages.get(0).receiptHandle())
                .visibilityTimeout(0));
        assertThat(leader.groups.leased("orders")).isEqualTo(1);
        assertThat(sqs.changeMessageVisibilityBatch(request -> request.queueUrl(url())
                                .entries(ChangeMessageVisibilityBatchRequestEntry.builder()
                                        .id("a")
                                        .receiptHandle(messages.get(1).receiptHandle())
                                        .visibilityTimeout(60)
                                        .build()))
                        .successful())
                .hasSize(1);
        messages.forEach(message ->
                sqs.deleteMessage(request -> request.queueUrl(url()).receiptHandle(message.receiptHandle())));
        assertThat(leader.groups.unsettled("orders")).isZero();
    }

    @Test
    void shouldChangeTagPurgeAndDeleteQueues() {
        leader.groups.add("orders", 3);
        try (SqsClient operator = client("ADMIN", TestNode.SECRET)) {
            String queue = url();
            operator.setQueueAttributes(
                    request -> request.queueUrl(queue).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "60")));
            assertThat(operator.getQueueAttributes(
                                    request -> request.queueUrl(queue).attributeNames(QueueAttributeName.ALL))
                            .attributes())
                    .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "60");
            operator.tagQueue(request -> request.queueUrl(queue).tags(Map.of("a", "b", "c", "d")));
            operator.untagQueue(request -> request.queueUrl(queue).tagKeys("a"));
            assertThat(operator.listQueueTags(request -> request.queueUrl(queue))
                            .tags())
                    .isEqualTo(Map.of("c", "d"));
            assertThat(operator.createQueue(request -> request.queueName("orders"))
                            .queueUrl())
                    .isEqualTo(queue);
            assertThatThrownBy(() -> operator.createQueue(request ->
                            request.queueName("orders").attributes(Map.of(QueueAttributeName.DELAY_SECONDS, "5"))))
                    .isInstanceOf(QueueNameExistsException.class);
            assertThatThrownBy(() -> operator.setQueueAttributes(request -> request.queueUrl(queue)
                            .attributes(Map.of(QueueAttributeName.MESSAGE_RETENTION_PERIOD, "60"))))
                    .isInstanceOf(InvalidAttributeValueException.class);
            assertThatThrownBy(() -> operator.sendMessage(
                            request -> request.queueUrl(queue).messageBody("x")))
                    .isInstanceOf(UnsupportedOperationException.class);
            operator.purgeQueue(request -> request.queueUrl(queue));
            assertThat(leader.groups.unsettled("orders")).isZero();
            operator.deleteQueue(request -> request.queueUrl(queue));
            assertThatThrownBy(() -> operator.getQueueUrl(request -> request.queueName("orders")))
                    .isInstanceOf(QueueDoesNotExistException.class);
        }
    }

    @Test
    void shouldGiveAnAttemptItsMessagesAgain() {
        leader.groups.add("keyed", 2);
        ReceiveMessageRequest receive = ReceiveMessageRequest.builder()
                .queueUrl("keyed.fifo")
                .receiveRequestAttemptId("attempt-1")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                .build();

        Message first = sqs.receiveMessage(receive).messages().get(0);

        assertThat(sqs.receiveMessage(receive).messages()).containsExactly(first);
        assertThat(first.attributes())
                .containsEntry(MessageSystemAttributeName.SEQUENCE_NUMBER, "00000000000000000000")
                .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "public.orders:0");
    }

    @Test
    void shouldThrowWhatTheModelNames() {
        assertThatThrownBy(() -> sqs.getQueueUrl(request -> request.queueName("nothing")))
                .isInstanceOfSatisfying(
                        QueueDoesNotExistException.class,
                        failure -> assertThat(failure.awsErrorDetails().errorCode())
                                .isEqualTo("AWS.SimpleQueueService.NonExistentQueue"));
        assertThatThrownBy(() ->
                        sqs.deleteMessage(request -> request.queueUrl(url()).receiptHandle("garbage")))
                .isInstanceOf(ReceiptHandleIsInvalidException.class);
        assertThatThrownBy(() -> sqs.deleteMessageBatch(
                        request -> request.queueUrl(url()).entries(entry("a", "x"), entry("a", "y"))))
                .isInstanceOf(BatchEntryIdsNotDistinctException.class);
        assertThatThrownBy(() ->
                        sqs.receiveMessage(request -> request.queueUrl(url()).maxNumberOfMessages(11)))
                .isInstanceOfSatisfying(SqsException.class, failure -> {
                    assertThat(failure.statusCode()).isEqualTo(400);
                    assertThat(failure.awsErrorDetails().errorCode()).isEqualTo("InvalidParameterValue");
                });
    }

    private static DeleteMessageBatchRequestEntry entry(String id, String handle) {
        return DeleteMessageBatchRequestEntry.builder()
                .id(id)
                .receiptHandle(handle)
                .build();
    }

    @Test
    void shouldRefuseAWrongSecretWithoutARetry() {
        try (SqsClient stranger = client("another secret")) {
            assertThatThrownBy(stranger::listQueues).isInstanceOfSatisfying(SqsException.class, failure -> {
                assertThat(failure.statusCode()).isEqualTo(403);
                assertThat(failure.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
                assertThat(failure.numAttempts()).isEqualTo(1);
            });
        }
    }

    @Test
    void shouldRetryWhileThereIsNoLeader() {
        // given no leader until an attempt has ended in 503: the next one has all its time to find one
        follower.leader.leaderless();
        Thread election = new Thread(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(20))
                    .until(() -> follower.answered.contains(503));
            follower.leader.follows("n1");
        });
        election.start();

        assertThat(sqs.receiveMessage(request -> request.queueUrl("orders").waitTimeSeconds(0))
                        .messages())
                .isEmpty();
        assertThat(leader.groups.receives.get()).isEqualTo(1);
    }
}
