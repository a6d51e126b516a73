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

/** The SQS view to the letter: what SDKs take apart. */
class SqsProtocolTest {

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
        return client.sqs(operation, TestNode.CONSUMER, body);
    }

    private void assertError(RawClient.Answer answer, int status, String type, String code, String message) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text().replace("\\\"", "\""))
                .isEqualTo("{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}");
        assertThat(answer.header("x-amzn-query-error")).isEqualTo(code + ";Sender");
        assertThat(answer.header("content-type")).isEqualTo("application/x-amz-json-1.0");
        assertThat(answer.header("x-amzn-requestid")).matches("[0-9a-f-]{36}");
        assertThat(answer.header("date")).endsWith("GMT");
    }

    @Test
    void shouldFindQueuesByNameAndByUrl() throws IOException {
        assertThat(call("GetQueueUrl", "{\"QueueName\":\"orders\",\"QueueOwnerAWSAccountId\":\"000000000000\"}")
                        .text())
                .isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/orders\"}");
        assertThat(call("GetQueueUrl", "{\"QueueName\":\"keyed.fifo\"}").text())
                .isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/keyed.fifo\"}");
        for (String url : new String[] {
            "orders", "http://any/orders", "https://sqs.us-east-1.amazonaws.com/123456789012/orders", "/x/orders"
        }) {
            assertThat(call("ReceiveMessage", "{\"QueueUrl\":\"" + url + "\"}").text())
                    .as(url)
                    .isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "orders.fifo", "keyed", "http://orders", "a b", "", "http://h/orders/"})
    void shouldKnowNoOtherQueue(String name) throws IOException {
        RawClient.Answer answer = call("ReceiveMessage", "{\"QueueUrl\":\"" + name + "\"}");

        if (name.isEmpty()) {
            assertError(
                    answer,
                    400,
                    "com.amazon.coral.service#MissingRequiredParameterException",
                    "MissingParameter",
                    "The request must contain the parameter QueueUrl.");
        } else {
            assertError(
                    answer,
                    400,
                    "com.amazonaws.sqs#QueueDoesNotExist",
                    "AWS.SimpleQueueService.NonExistentQueue",
                    "The specified queue does not exist.");
        }
    }

    @Test
    void shouldServeAnyPath() throws IOException {
        client.send(RawClient.sqsRequest("GetQueueUrl", TestNode.CONSUMER, "{\"QueueName\":\"orders\"}")
                .replace("POST / ", "POST /000000000000/orders "));

        assertThat(client.answer().status()).isEqualTo(200);
    }

    @Test
    void shouldListQueuesInPages() throws IOException {
        node.groups.with("orders-2", GroupConfig.Ordering.NONE);

        assertThat(call("ListQueues", "{}").text())
                .isEqualTo("{\"QueueUrls\":[\"http://node:7800/000000000000/keyed.fifo\","
                        + "\"http://node:7800/000000000000/orders\",\"http://node:7800/000000000000/orders-2\"]}");
        RawClient.Answer page = call("ListQueues", "{\"QueueNamePrefix\":\"orders\",\"MaxResults\":1}");
        assertThat(page.text())
                .startsWith("{\"QueueUrls\":[\"http://node:7800/000000000000/orders\"],\"NextToken\":\"");
        String token = page.text().replaceAll(".*NextToken\":\"([^\"]*)\".*", "$1");
        assertThat(call(
                                "ListQueues",
                                "{\"QueueNamePrefix\":\"orders\",\"MaxResults\":1,\"NextToken\":\"" + token + "\"}")
                        .text())
                .isEqualTo("{\"QueueUrls\":[\"http://node:7800/000000000000/orders-2\"]}");
        assertThat(call("ListQueues", "{\"QueueNamePrefix\":\"none\"}").text()).isEqualTo("{}");
    }

    @Test
    void shouldTellAttributes() throws IOException {
        node.groups.add("orders", 3);
        call("ReceiveMessage", "{" + ORDERS + "}");

        String all = call("GetQueueAttributes", "{" + ORDERS + ",\"AttributeNames\":[\"All\"]}")
                .text();
        assertThat(all)
                .contains("\"ApproximateNumberOfMessages\":\"2\"", "\"CreatedTimestamp\":\"1790000000\"")
                .contains("\"ReceiveMessageWaitTimeSeconds\":\"0\"", "\"VisibilityTimeout\":\"30\"")
                .contains("\"QueueArn\":\"arn:aws:sqs:us-east-1:000000000000:orders\"")
                .contains("\"MaximumMessageSize\":\"1048576\"", "\"DelaySeconds\":\"0\"")
                .doesNotContain("FifoQueue");
        assertThat(call("GetQueueAttributes", "{" + FIFO + ",\"AttributeNames\":[\"FifoQueue\"]}")
                        .text())
                .isEqualTo("{\"Attributes\":{\"FifoQueue\":\"true\"}}");
        assertThat(call("GetQueueAttributes", "{" + ORDERS + "}").text()).isEqualTo("{}");
        assertError(
                call("GetQueueAttributes", "{" + ORDERS + ",\"AttributeNames\":[\"X\"]}"),
                400,
                "com.amazonaws.sqs#InvalidAttributeName",
                "InvalidAttributeName",
                "Unknown Attribute X.");
    }

    @Test
    void shouldSendWhatIsAskedForAndNoMore() throws IOException {
        node.groups.add("orders", 1);

        String bare = call("ReceiveMessage", "{" + ORDERS + ",\"VisibilityTimeout\":0,\"AttributeNames\":[]}")
                .text();

        assertThat(bare)
                .startsWith("{\"Messages\":[{\"MessageId\":\"00000000-0000-0007-0000-000000000000\","
                        + "\"ReceiptHandle\":\"r-orders-0-1\",\"MD5OfBody\":\"")
                .contains("\"Body\":\"{\\\"id\\\":\\\"e0\\\"")
                .doesNotContain("Attributes\"");
    }

    @Test
    void shouldSendAttributesThatAreAskedFor() throws IOException {
        node.groups.add("orders", 1);
        node.groups.add("keyed", 1);

        String all = call(
                        "ReceiveMessage",
                        "{" + ORDERS
                                + ",\"AttributeNames\":[\"All\"],\"MessageAttributeNames\":[\"comm.*\",\"action\"]}")
                .text();
        String fifo = call(
                        "ReceiveMessage",
                        "{" + FIFO
                                + ",\"MessageSystemAttributeNames\":[\"MessageGroupId\",\"SequenceNumber\",\"Wrong\"]}")
                .text();

        assertThat(all)
                .contains(
                        "\"Attributes\":{\"ApproximateFirstReceiveTimestamp\":\"1790000001000\","
                                + "\"ApproximateReceiveCount\":\"1\",\"SenderId\":\"penstock\",\"SentTimestamp\":\"1790000000123\"}")
                .contains("\"MessageAttributes\":{\"action\":{\"StringValue\":\"insert\",\"DataType\":\"String\"},"
                        + "\"commit_lsn\":{\"StringValue\":\"0/16B3748\",\"DataType\":\"String\"}}");
        assertThat(fifo)
                .contains("\"Attributes\":{\"MessageGroupId\":\"public.orders:0\","
                        + "\"SequenceNumber\":\"00000000000000000000\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MaxNumberOfMessages | 11 | Must be between 1 and 10, if provided.",
                "MaxNumberOfMessages | 0 | Must be between 1 and 10, if provided.",
                "WaitTimeSeconds | 21 | Must be >= 0 and <= 20, if provided.",
                "WaitTimeSeconds | -1 | Must be >= 0 and <= 20, if provided.",
                "VisibilityTimeout | 43201 | Must be between 0 and 43200, if provided."
            })
    void shouldRefuseValuesInAwsWords(String name, int value, String reason) throws IOException {
        assertError(
                call("ReceiveMessage", "{" + ORDERS + ",\"" + name + "\":" + value + "}"),
                400,
                "com.amazon.coral.service#InvalidParameterValueException",
                "InvalidParameterValue",
                "Value " + value + " for parameter " + name + " is invalid. Reason: " + reason);
        assertThat(node.groups.receives.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"QueueUrl\":7}",
                "{\"QueueUrl\":\"orders\",\"MaxNumberOfMessages\":\"1\"}",
                "{\"QueueUrl\":\"orders\",\"MaxNumberOfMessages\":1.5}",
                "{\"QueueUrl\":\"orders\",\"MaxNumberOfMessages\":99999999999}",
                "{\"QueueUrl\":\"orders\",\"AttributeNames\":\"All\"}",
                "{\"QueueUrl\":\"orders\",\"AttributeNames\":[1]}",
                "{\"QueueUrl\":",
                "[]",
                "{}{}"
            })
    void shouldRefuseWrongTypes(String body) throws IOException {
        RawClient.Answer answer = call("ReceiveMessage", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("#SerializationException");
    }

    @Test
    void shouldLeaveUnknownMembersAlone() throws IOException {
        assertThat(call("ReceiveMessage", "{" + ORDERS + ",\"NewInSomeSdk\":{\"a\":1}}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldBeLenientOnStandardQueues() throws IOException {
        // given a message received twice: its first handle is old
        node.groups.add("orders", 1);
        call("ReceiveMessage", "{" + ORDERS + "}");
        call("ChangeMessageVisibility", "{" + ORDERS + ",\"ReceiptHandle\":\"r-orders-0-1\",\"VisibilityTimeout\":0}");
        assertThat(call("ReceiveMessage", "{" + ORDERS + "}").text()).contains("r-orders-0-2");

        // when, then: the old one changes and deletes all the same
        assertThat(call(
                                "ChangeMessageVisibility",
                                "{" + ORDERS + ",\"ReceiptHandle\":\"r-orders-0-1\",\"VisibilityTimeout\":0}")
                        .status())
                .isEqualTo(200);
        RawClient.Answer deleted = call("DeleteMessage", "{" + ORDERS + ",\"ReceiptHandle\":\"r-orders-0-1\"}");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.header("penstock-log-index")).matches("\\d+");
        assertThat(call("DeleteMessage", "{" + ORDERS + ",\"ReceiptHandle\":\"r-orders-0-1\"}")
                        .status())
                .isEqualTo(200);
        assertError(
                call(
                        "ChangeMessageVisibility",
                        "{" + ORDERS + ",\"ReceiptHandle\":\"r-orders-0-1\",\"VisibilityTimeout\":9}"),
                400,
                "com.amazon.coral.service#InvalidParameterValueException",
                "InvalidParameterValue",
                "Value r-orders-0-1 for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not"
                        + " available for visibility timeout change.");
    }

    @Test
    void shouldFenceOnFifoQueues() throws IOException {
        node.groups.add("keyed", 1);
        call("ReceiveMessage", "{" + FIFO + "}");
        call("ChangeMessageVisibility", "{" + FIFO + ",\"ReceiptHandle\":\"r-keyed-0-1\",\"VisibilityTimeout\":0}");

        assertError(
                call(
                        "ChangeMessageVisibility",
                        "{" + FIFO + ",\"ReceiptHandle\":\"r-keyed-0-1\",\"VisibilityTimeout\":9}"),
                400,
                "com.amazon.coral.service#InvalidParameterValueException",
                "InvalidParameterValue",
                "Value r-keyed-0-1 for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
    }

    @Test
    void shouldKnowItsOwnHandles() throws IOException {
        for (String handle : new String[] {"garbage", "r-keyed-0-1"}) {
            assertError(
                    call("DeleteMessage", "{" + ORDERS + ",\"ReceiptHandle\":\"" + handle + "\"}"),
                    404,
                    "com.amazonaws.sqs#ReceiptHandleIsInvalid",
                    "ReceiptHandleIsInvalid",
                    "The input receipt handle \"" + handle + "\" is not a valid receipt handle.");
        }
        assertThat(call("DeleteMessage", "{\"QueueUrl\":\"nothing\",\"ReceiptHandle\":\"garbage\"}")
                        .text())
                .as("an unknown queue comes before a bad handle")
                .contains("QueueDoesNotExist");
    }

    private static String entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"Id\":\"id-" + i + "\",\"ReceiptHandle\":\"r-orders-" + i + "-1\"}")
                .collect(Collectors.joining(",", "\"Entries\":[", "]"));
    }

    @Test
    void shouldCarryOutBatchesEntryByEntry() throws IOException {
        node.groups.add("orders", 3);
        call("ReceiveMessage", "{" + ORDERS + ",\"MaxNumberOfMessages\":10}");

        assertThat(call(
                                "ChangeMessageVisibilityBatch",
                                "{" + ORDERS + ",\"Entries\":["
                                        + "{\"Id\":\"a\",\"ReceiptHandle\":\"r-orders-0-1\",\"VisibilityTimeout\":0},"
                                        + "{\"Id\":\"b\",\"ReceiptHandle\":\"r-orders-1-1\",\"VisibilityTimeout\":60},"
                                        + "{\"Id\":\"c\",\"ReceiptHandle\":\"x\",\"VisibilityTimeout\":60},"
                                        + "{\"Id\":\"d\",\"ReceiptHandle\":\"r-orders-2-1\",\"VisibilityTimeout\":99999},"
                                        + "{\"Id\":\"e\",\"ReceiptHandle\":\"r-orders-2-1\"}]}")
                        .text()
                        .replace("\\\"", "'"))
                .isEqualTo("{\"Successful\":[{\"Id\":\"a\"},{\"Id\":\"b\"}],\"Failed\":["
                        + "{\"Id\":\"c\",\"SenderFault\":true,\"Code\":\"ReceiptHandleIsInvalid\","
                        + "\"Message\":\"The input receipt handle 'x' is not a valid receipt handle.\"},"
                        + "{\"Id\":\"d\",\"SenderFault\":true,\"Code\":\"InvalidParameterValue\",\"Message\":\"Value 99999"
                        + " for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided.\"},"
                        + "{\"Id\":\"e\",\"SenderFault\":true,\"Code\":\"MissingParameter\",\"Message\":"
                        + "\"The request must contain the parameter VisibilityTimeout.\"}]}");
        assertThat(call("DeleteMessageBatch", "{" + ORDERS + "," + entries(3) + "}")
                        .text())
                .isEqualTo("{\"Successful\":[{\"Id\":\"id-0\"},{\"Id\":\"id-1\"},{\"Id\":\"id-2\"}]}");
        assertThat(node.groups.unsettled("orders")).isZero();
    }

    @Test
    void shouldRefuseBatchesAsAWhole() throws IOException {
        assertError(
                call("DeleteMessageBatch", "{" + ORDERS + ",\"Entries\":[]}"),
                400,
                "com.amazonaws.sqs#EmptyBatchRequest",
                "AWS.SimpleQueueService.EmptyBatchRequest",
                "There should be at least one DeleteMessageBatchRequestEntry in the request.");
        assertError(
                call("DeleteMessageBatch", "{" + ORDERS + "," + entries(20) + "}"),
                400,
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent 20.");
        assertError(
                call(
                        "DeleteMessageBatch",
                        "{" + ORDERS + ",\"Entries\":[{\"Id\":\"id_2\",\"ReceiptHandle\":\"a\"},"
                                + "{\"Id\":\"id_2\",\"ReceiptHandle\":\"b\"}]}"),
                400,
                "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
                "Id id_2 repeated.");
        assertError(
                call("DeleteMessageBatch", "{" + ORDERS + ",\"Entries\":[{\"Id\":\"a b\",\"ReceiptHandle\":\"a\"}]}"),
                400,
                "com.amazonaws.sqs#InvalidBatchEntryId",
                "AWS.SimpleQueueService.InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80"
                        + " letters long.");
        assertThat(node.groups.acks.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ListEverything", "Nonsense", ""})
    void shouldSay404ToWhatIsNotOffered(String operation) throws IOException {
        RawClient.Answer answer = call(operation, "{}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("UnknownOperationException");
    }
}
