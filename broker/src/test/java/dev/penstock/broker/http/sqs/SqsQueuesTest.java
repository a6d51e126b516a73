package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations on queues: attributes, tags, purge, creation and removal, and what is refused and how. */
class SqsQueuesTest {

    private static final String ORDERS = "\"QueueUrl\":\"http://elsewhere/000000000000/orders\"";
    private static final String FIFO = "\"QueueUrl\":\"keyed.fifo\"";

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.NONE).with("keyed", GroupConfig.Ordering.KEY);
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer call(String operation, String body) throws IOException {
        return client.sqs(operation, TestNode.ADMIN, body);
    }

    private void assertError(RawClient.Answer answer, int status, String type, String code, String message) {
        assertThat(answer.text().replace("\\\"", "\""))
                .isEqualTo("{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("x-amzn-query-error")).isEqualTo(code + ";Sender");
    }

    private String attribute(String queue, String name) throws IOException {
        return call("GetQueueAttributes", "{" + queue + ",\"AttributeNames\":[\"" + name + "\"]}")
                .text();
    }

    private RawClient.Answer set(String queue, String name, String value) throws IOException {
        return call("SetQueueAttributes", "{" + queue + ",\"Attributes\":{\"" + name + "\":\"" + value + "\"}}");
    }

    @Test
    void shouldSetAttributes() throws IOException {
        assertThat(call(
                                "SetQueueAttributes",
                                "{" + ORDERS + ",\"Attributes\":{\"VisibilityTimeout\":\"60\","
                                        + "\"ReceiveMessageWaitTimeSeconds\":\"20\"}}")
                        .text())
                .isEqualTo("{}");

        assertThat(attribute(ORDERS, "VisibilityTimeout")).isEqualTo("{\"Attributes\":{\"VisibilityTimeout\":\"60\"}}");
        assertThat(attribute(ORDERS, "ReceiveMessageWaitTimeSeconds")).contains("\"20\"");
        assertThat(attribute(ORDERS, "LastModifiedTimestamp")).contains("\"1790000005\"");
        assertThat(attribute(ORDERS, "CreatedTimestamp")).contains("\"1790000000\"");
    }

    /** Tools set what is there already, and take away what never was. */
    @ParameterizedTest
    @CsvSource({
        "DelaySeconds,0",
        "MaximumMessageSize,1048576",
        "MessageRetentionPeriod,1209600",
        "SqsManagedSseEnabled,false",
        "FifoQueue,false",
        "RedrivePolicy,''",
        "Policy,''"
    })
    void shouldTakeAttributesThatAreSoAlready(String name, String value) throws IOException {
        assertThat(set(ORDERS, name, value).status()).isEqualTo(200);
        assertThat(attribute(ORDERS, "LastModifiedTimestamp")).contains("\"1790000000\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VisibilityTimeout | 43201 | Invalid value for the parameter VisibilityTimeout.",
                "VisibilityTimeout | -1 | Invalid value for the parameter VisibilityTimeout.",
                "VisibilityTimeout | 1.5 | Invalid value for the parameter VisibilityTimeout.",
                "VisibilityTimeout | '' | Invalid value for the parameter VisibilityTimeout.",
                "ReceiveMessageWaitTimeSeconds | 21 | Invalid value for the parameter ReceiveMessageWaitTimeSeconds.",
                "DelaySeconds | 901 | Invalid value for the parameter DelaySeconds.",
                "MaximumMessageSize | 1023 | Invalid value for the parameter MaximumMessageSize.",
                "MessageRetentionPeriod | 59 | Invalid value for the parameter MessageRetentionPeriod.",
                "SqsManagedSseEnabled | yes | Invalid value for the parameter SqsManagedSseEnabled.",
                "FifoQueue | true | Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not"
                        + " supported.",
                "MessageRetentionPeriod | 60 | Invalid value for the parameter MessageRetentionPeriod. Reason: This queue"
                        + " is a view of changes in Postgres, whose value is 1209600."
            })
    void shouldRefuseAttributeValues(String name, String value, String message) throws IOException {
        assertError(
                set(ORDERS, name, value),
                400,
                "com.amazonaws.sqs#InvalidAttributeValue",
                "InvalidAttributeValue",
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"QueueArn", "ApproximateNumberOfMessages", "X", "ContentBasedDeduplication", "All", ""})
    void shouldRefuseAttributeNames(String name) throws IOException {
        assertError(
                set(ORDERS, name, "1"),
                400,
                "com.amazonaws.sqs#InvalidAttributeName",
                "InvalidAttributeName",
                "Unknown Attribute " + name + ".");
    }

    @Test
    void shouldSetAllAttributesOrNone() throws IOException {
        assertThat(call(
                                "SetQueueAttributes",
                                "{" + ORDERS + ",\"Attributes\":{\"VisibilityTimeout\":\"60\",\"X\":\"1\"}}")
                        .status())
                .isEqualTo(400);
        assertThat(attribute(ORDERS, "VisibilityTimeout")).contains("\"30\"");
        assertThat(set(ORDERS, "Policy", "{}").text()).contains("UnsupportedOperation");
        assertThat(set(FIFO, "ContentBasedDeduplication", "false").status()).isEqualTo(200);
        assertThat(call("SetQueueAttributes", "{" + ORDERS + ",\"Attributes\":{\"VisibilityTimeout\":60}}")
                        .text())
                .contains("SerializationException");
        assertThat(call("SetQueueAttributes", "{" + ORDERS + ",\"Attributes\":[]}")
                        .text())
                .contains("SerializationException");
        assertThat(call("SetQueueAttributes", "{" + ORDERS + "}").text())
                .contains("The request must contain the parameter Attributes.");
    }

    @Test
    void shouldWaitAsLongAsTheQueueSays() throws Exception {
        set(ORDERS, "ReceiveMessageWaitTimeSeconds", "20");
        client.send(RawClient.sqsRequest("ReceiveMessage", TestNode.CONSUMER, "{" + ORDERS + "}"));
        org.awaitility.Awaitility.await().until(() -> node.groups.waiting("orders") == 1);

        node.groups.add("orders", 1);

        assertThat(client.answer().text()).contains("r-orders-0-1");
        // The request's own word comes first, also 0.
        assertThat(call("ReceiveMessage", "{" + ORDERS + ",\"WaitTimeSeconds\":0}")
                        .text())
                .isEqualTo("{}");
    }

    @Test
    void shouldTagQueues() throws IOException {
        assertThat(call("ListQueueTags", "{" + ORDERS + "}").text()).isEqualTo("{}");
        assertThat(call("TagQueue", "{" + ORDERS + ",\"Tags\":{\"team\":\"payments\",\"env\":\"\"}}")
                        .text())
                .isEqualTo("{}");
        assertThat(call("ListQueueTags", "{" + ORDERS + "}").text())
                .isEqualTo("{\"Tags\":{\"env\":\"\",\"team\":\"payments\"}}");
        assertThat(call("UntagQueue", "{" + ORDERS + ",\"TagKeys\":[\"env\",\"no\"]}")
                        .text())
                .isEqualTo("{}");
        assertThat(call("ListQueueTags", "{" + ORDERS + "}").text()).isEqualTo("{\"Tags\":{\"team\":\"payments\"}}");
        String fifty = IntStream.range(0, 50)
                .mapToObj(i -> "\"t" + i + "\":\"\"")
                .collect(Collectors.joining(",", "\"Tags\":{", "}"));
        assertError(
                call("TagQueue", "{" + ORDERS + "," + fifty + "}"),
                400,
                "com.amazon.coral.service#InvalidParameterValueException",
                "InvalidParameterValue",
                "Too many tags added for queue orders.");
        assertThat(call("TagQueue", "{" + ORDERS + ",\"Tags\":{\"\":\"x\"}}").status())
                .isEqualTo(400);
        assertThat(call("TagQueue", "{" + ORDERS + ",\"Tags\":{\"k\":\"" + "v".repeat(257) + "\"}}")
                        .status())
                .isEqualTo(400);
        assertThat(call("TagQueue", "{" + ORDERS + ",\"Tags\":{}}").text())
                .contains("The request must contain the parameter Tags.");
        assertThat(call("UntagQueue", "{" + ORDERS + ",\"TagKeys\":[]}").text())
                .contains("The request must contain the parameter TagKeys.");
    }

    @Test
    void shouldPurgeWhatIsThereAndInFlight() throws IOException {
        node.groups.add("orders", 3);
        call("ReceiveMessage", "{" + ORDERS + "}");

        assertThat(call("PurgeQueue", "{" + ORDERS + "}").text()).isEqualTo("{}");
        assertThat(call("PurgeQueue", "{" + ORDERS + "}").status())
                .as("as often as one likes")
                .isEqualTo(200);

        assertThat(node.groups.unsettled("orders")).isZero();
        node.groups.add("orders", 1);
        assertThat(call("ReceiveMessage", "{" + ORDERS + "}").text()).contains("r-orders-3-1");
    }

    @Test
    void shouldCreateWhatIsThereAlready() throws IOException {
        assertThat(call("CreateQueue", "{\"QueueName\":\"orders\",\"tags\":{\"a\":\"b\"}}")
                        .text())
                .isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/orders\"}");
        assertThat(call(
                                "CreateQueue",
                                "{\"QueueName\":\"keyed.fifo\",\"Attributes\":{\"FifoQueue\":\"true\",\"VisibilityTimeout\":\"30\"}}")
                        .text())
                .isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/keyed.fifo\"}");
        assertError(
                call("CreateQueue", "{\"QueueName\":\"orders\",\"Attributes\":{\"DelaySeconds\":\"5\"}}"),
                400,
                "com.amazonaws.sqs#QueueNameExists",
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute DelaySeconds");
        assertThat(call("CreateQueue", "{\"QueueName\":\"orders\",\"Attributes\":{\"X\":\"5\"}}")
                        .text())
                .contains("Unknown Attribute X.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders.fifo", "keyed"})
    void shouldNotMakeAQueueOfTheNameOfAnotherType(String name) throws IOException {
        assertError(
                call("CreateQueue", "{\"QueueName\":\"" + name + "\"}"),
                400,
                "com.amazonaws.sqs#QueueNameExists",
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute FifoQueue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "x/y", "a.fifo.fifo", ".fifo"})
    void shouldRefuseNames(String name) throws IOException {
        assertThat(call("CreateQueue", "{\"QueueName\":\"" + name + "\"}").text())
                .contains("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }

    @Test
    void shouldDeleteQueuesAtOnce() throws IOException {
        call("GetQueueUrl", "{\"QueueName\":\"orders\"}");

        assertThat(call("DeleteQueue", "{" + ORDERS + "}").text()).isEqualTo("{}");

        assertThat(call("GetQueueUrl", "{\"QueueName\":\"orders\"}").text()).contains("QueueDoesNotExist");
        assertThat(call("DeleteQueue", "{" + ORDERS + "}").text()).contains("QueueDoesNotExist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SendMessage", "SendMessageBatch", "AddPermission", "RemovePermission"})
    void shouldRefuseWhatAQueueOverChangesDoesNotHave(String operation) throws IOException {
        RawClient.Answer refused = call(operation, "{" + ORDERS + ",\"MessageBody\":\"x\"}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("com.amazonaws.sqs#UnsupportedOperation");
        assertThat(refused.header("x-amzn-query-error"))
                .isEqualTo("AWS.SimpleQueueService.UnsupportedOperation;Sender");
        assertThat(call(operation, "{\"QueueUrl\":\"nothing\"}").text()).contains("QueueDoesNotExist");
    }

    @Test
    void shouldHaveNoDeadLetterQueues() throws IOException {
        assertThat(call("ListDeadLetterSourceQueues", "{" + ORDERS + "}").text())
                .isEqualTo("{\"queueUrls\":[]}");
        assertThat(call("ListDeadLetterSourceQueues", "{\"QueueUrl\":\"no\"}").text())
                .contains("QueueDoesNotExist");
        for (String operation : new String[] {"StartMessageMoveTask", "ListMessageMoveTasks"}) {
            assertError(
                    call(operation, "{\"SourceArn\":\"arn:aws:sqs:us-east-1:000000000000:orders\"}"),
                    400,
                    "com.amazon.coral.service#InvalidParameterValueException",
                    "InvalidParameterValue",
                    "Source queue must be configured as a Dead Letter Queue.");
            assertError(
                    call(operation, "{\"SourceArn\":\"arn:aws:sqs:us-east-1:000000000000:no\"}"),
                    404,
                    "com.amazonaws.sqs#ResourceNotFoundException",
                    "ResourceNotFoundException",
                    "The resource that you specified for the SourceArn parameter doesn't exist.");
        }
        assertThat(call("CancelMessageMoveTask", "{\"TaskHandle\":\"x\"}").text())
                .contains("Value for parameter TaskHandle is invalid.");
    }

    /** A queue that is not there comes before all that could be wrong with the rest. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DeleteMessage | \"ReceiptHandle\":\"garbage\"",
                "DeleteMessageBatch | \"Entries\":[]",
                "ChangeMessageVisibility | \"ReceiptHandle\":\"garbage\",\"VisibilityTimeout\":-1",
                "ChangeMessageVisibilityBatch | \"Entries\":[{\"Id\":\"?\"}]",
                "ReceiveMessage | \"MaxNumberOfMessages\":11",
                "SetQueueAttributes | \"Attributes\":{\"X\":\"1\"}",
                "PurgeQueue | \"a\":1"
            })
    void shouldMissTheQueueFirst(String operation, String members) throws IOException {
        assertThat(call(operation, "{\"QueueUrl\":\"nothing\"," + members + "}").text())
                .contains("QueueDoesNotExist");
    }

    @Test
    void shouldNameTheEntryThatLacksAMember() throws IOException {
        assertThat(call(
                                "DeleteMessageBatch",
                                "{" + ORDERS + ",\"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"x\"},{\"Id\":\"b\"}]}")
                        .text())
                .contains("The request must contain the parameter DeleteMessageBatchRequestEntry.2.ReceiptHandle.");
        assertThat(call("DeleteMessageBatch", "{" + ORDERS + ",\"Entries\":[{\"Id\":\"\",\"ReceiptHandle\":\"x\"}]}")
                        .text())
                .contains("InvalidBatchEntryId");
        assertThat(node.groups.acks.get()).isZero();
    }
}
