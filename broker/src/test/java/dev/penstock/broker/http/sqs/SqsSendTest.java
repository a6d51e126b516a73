package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues that are made and sent to, in AWS' words. */
class SqsSendTest {

    private static final String JOBS = "\"QueueUrl\":\"http://elsewhere/000000000000/jobs\"";
    private static final String LINE = "\"QueueUrl\":\"line.fifo\"";

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        client = node.connect();
        call("CreateQueue", "{\"QueueName\":\"jobs\"}");
        call("CreateQueue", "{\"QueueName\":\"line.fifo\",\"Attributes\":{\"FifoQueue\":\"true\"}}");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer call(String operation, String body) throws IOException {
        return client.sqs(operation, TestNode.ADMIN, body);
    }

    private RawClient.Answer send(String members) throws IOException {
        return call("SendMessage", "{" + JOBS + "," + members + "}");
    }

    private String receive(String queue) throws IOException {
        return call(
                        "ReceiveMessage",
                        "{" + queue + ",\"MessageAttributeNames\":[\"All\"],\"AttributeNames\":[\"All\"],"
                                + "\"MaxNumberOfMessages\":10}")
                .text();
    }

    @Test
    void shouldMakeQueuesOfBothTypes() throws IOException {
        assertThat(call("GetQueueUrl", "{\"QueueName\":\"line.fifo\"}").text())
                .isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/line.fifo\"}");
        assertThat(call("CreateQueue", "{\"QueueName\":\"line.fifo\",\"Attributes\":{\"FifoQueue\":\"true\"}}")
                        .status())
                .as("the same again")
                .isEqualTo(200);
        assertThat(call("GetQueueAttributes", "{" + JOBS + ",\"AttributeNames\":[\"All\"]}")
                        .text())
                .contains("\"DelaySeconds\":\"0\"", "\"MaximumMessageSize\":\"1048576\"")
                .contains("\"MessageRetentionPeriod\":\"345600\"")
                .doesNotContain("Fifo");
        assertThat(call("GetQueueAttributes", "{" + LINE + ",\"AttributeNames\":[\"All\"]}")
                        .text())
                .contains("\"FifoQueue\":\"true\"", "\"ContentBasedDeduplication\":\"false\"");
    }

    @ParameterizedTest
    @CsvSource({
        "jobs.fifo,false,Can only include alphanumeric",
        "jobs2,true,The name of a FIFO queue can only include",
        "jobs2,maybe,Invalid value for the parameter FifoQueue."
    })
    void shouldRefuseTheWrongType(String name, String fifo, String message) throws IOException {
        RawClient.Answer answer =
                call("CreateQueue", "{\"QueueName\":\"" + name + "\",\"Attributes\":{\"FifoQueue\":\"" + fifo + "\"}}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(message);
    }

    @Test
    void shouldRefuseALongNameOfAStandardQueue() throws IOException {
        assertThat(call("CreateQueue", "{\"QueueName\":\"" + "x".repeat(76) + "\"}")
                        .text())
                .contains("1 to 75 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "VisibilityTimeout,43201",
        "VisibilityTimeout,x",
        "DelaySeconds,901",
        "DelaySeconds,-1",
        "MaximumMessageSize,1023",
        "MaximumMessageSize,1048577",
        "MessageRetentionPeriod,59",
        "MessageRetentionPeriod,1209601",
        "ReceiveMessageWaitTimeSeconds,21",
        "ContentBasedDeduplication,yes"
    })
    void shouldRefuseAttributesOutOfRange(String name, String value) throws IOException {
        String attributes = "\"Attributes\":{\"" + name + "\":\"" + value + "\"}";
        String created = call("CreateQueue", "{\"QueueName\":\"other.fifo\"," + attributes + "}")
                .text();
        String set =
                call("SetQueueAttributes", "{" + LINE + "," + attributes + "}").text();

        assertThat(created).contains("InvalidAttributeValue", "Invalid value for the parameter " + name + ".");
        assertThat(set).isEqualTo(created);
        assertThat(call("GetQueueUrl", "{\"QueueName\":\"other.fifo\"}").text()).contains("QueueDoesNotExist");
    }

    @Test
    void shouldSetAttributes() throws IOException {
        for (String set : new String[] {
            "\"DelaySeconds\":\"7\"",
            "\"MaximumMessageSize\":\"2048\"",
            "\"MessageRetentionPeriod\":\"60\"",
            "\"ContentBasedDeduplication\":\"true\"",
            "\"VisibilityTimeout\":\"1\""
        }) {
            assertThat(call("SetQueueAttributes", "{" + LINE + ",\"Attributes\":{" + set + "}}")
                            .text())
                    .isEqualTo("{}");
            assertThat(call("GetQueueAttributes", "{" + LINE + ",\"AttributeNames\":[\"All\"]}")
                            .text())
                    .contains(set);
        }
        assertThat(call("SetQueueAttributes", "{" + JOBS + ",\"Attributes\":{\"ContentBasedDeduplication\":\"true\"}}")
                        .text())
                .contains("Unknown Attribute ContentBasedDeduplication.");
        assertThat(call("SetQueueAttributes", "{" + LINE + ",\"Attributes\":{\"FifoQueue\":\"false\"}}")
                        .text())
                .contains("Modifying queue type is not supported.");
        assertThat(call("CreateQueue", "{\"QueueName\":\"line.fifo\",\"Attributes\":{\"DelaySeconds\":\"8\"}}")
                        .text())
                .contains("QueueNameExists", "a different value for attribute DelaySeconds");
    }

    @Test
    void shouldAnswerWhatTheReceiverWillSee() throws IOException {
        String sent =
                send("\"MessageBody\":\"a <b> \\\"ä\\\"\",\"MessageAttributes\":{\"Foo\":{\"DataType\":\"String\","
                                + "\"StringValue\":\"Bar\"}},\"MessageSystemAttributes\":{\"AWSTraceHeader\":{\"DataType\":\"String\","
                                + "\"StringValue\":\"Root=1-5759e988\"}},\"MessageGroupId\":\"tenant\"")
                        .text();
        String id = Json.object(sent.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .path("MessageId")
                .asText();

        assertThat(sent)
                .contains("\"MD5OfMessageAttributes\":\"ae7155c6026991b6d54b11589678bf9c\"")
                .contains("MD5OfMessageSystemAttributes")
                .doesNotContain("SequenceNumber");
        assertThat(receive(JOBS))
                .contains("\"MessageId\":\"" + id + "\"", "\"Body\":\"a <b> \\\"ä\\\"\"")
                .contains("\"MD5OfMessageAttributes\":\"ae7155c6026991b6d54b11589678bf9c\"")
                .contains("\"AWSTraceHeader\":\"Root=1-5759e988\"", "\"MessageGroupId\":\"tenant\"")
                .contains("\"MessageAttributes\":{\"Foo\":{\"StringValue\":\"Bar\",\"DataType\":\"String\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"x\":1 | MissingParameter | The request must contain the parameter MessageBody.",
                "\"MessageBody\":\"\" | MissingParameter | The request must contain the parameter MessageBody.",
                "\"MessageBody\":5 | SerializationException | MessageBody is expected to be a string.",
                "\"MessageBody\":\"\\u0000\" | InvalidMessageContents | Invalid characters found.",
                "\"MessageBody\":\"\\uffff\" | InvalidMessageContents | Invalid characters found.",
                "\"MessageBody\":\"\\ud800\" | InvalidMessageContents | Invalid characters found.",
                "\"MessageBody\":\"x\",\"DelaySeconds\":901 | InvalidParameterValue | Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
                "\"MessageBody\":\"x\",\"MessageDeduplicationId\":\"d\" | InvalidParameterValue | not valid for this queue type",
                "\"MessageBody\":\"x\",\"MessageGroupId\":\"a b\" | InvalidParameterValue | MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
                "\"MessageBody\":\"x\",\"MessageAttributes\":[] | SerializationException | expected to be a map",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"AWS.x\":{\"DataType\":\"String\",\"StringValue\":\"v\"}} | InvalidParameterValue | reserved",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"ö\":{\"DataType\":\"String\",\"StringValue\":\"v\"}} | InvalidParameterValue | The message attribute name 'ö' is invalid.",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a..b\":{\"DataType\":\"String\",\"StringValue\":\"v\"}} | InvalidParameterValue | The message attribute name",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":{\"DataType\":\"Stringx\",\"StringValue\":\"v\"}} | InvalidParameterValue | invalid message attribute type",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":{\"StringValue\":\"v\"}} | InvalidParameterValue | non-empty message attribute type",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":{\"DataType\":\"String\"}} | InvalidParameterValue | non-empty message attribute value",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":{\"DataType\":\"Number\",\"StringValue\":\"v\"}} | InvalidParameterValue | to a number.",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":{\"DataType\":\"Binary\",\"BinaryValue\":\"*\"}} | InvalidParameterValue | non-empty message attribute value",
                "\"MessageBody\":\"x\",\"MessageAttributes\":{\"a\":7} | InvalidParameterValue | The message attribute 'a'",
                "\"MessageBody\":\"x\",\"MessageSystemAttributes\":{\"Other\":{\"DataType\":\"String\",\"StringValue\":\"v\"}} | InvalidParameterValue | Message system attribute name"
            })
    void shouldRefuseWhatIsWrongWithAMessage(String members, String code, String message) throws IOException {
        RawClient.Answer answer = send(members);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("x-amzn-query-error")).startsWith(code + ";");
        assertThat(answer.text()).contains(message);
        assertThat(receive(JOBS)).isEqualTo("{}");
    }

    @Test
    void shouldRefuseWhatIsTooLarge() throws IOException {
        String attribute = ",\"MessageAttributes\":{\"a\":{\"DataType\":\"String\",\"StringValue\":\"v\"}}";
        String largest = "\"MessageBody\":\"" + "x".repeat(1_048_576 - 8) + "\"";

        assertThat(send(largest + attribute).status()).isEqualTo(200);
        assertThat(send("\"MessageBody\":\"" + "x".repeat(1_048_576 - 7) + "\"" + attribute)
                        .text())
                .contains("InvalidParameterValue", "Message must be shorter than 1048576 bytes.");
        assertThat(send("\"MessageBody\":\"" + "ä".repeat(524_289) + "\"").text())
                .contains("Message must be shorter than 1048576 bytes.");
    }

    @Test
    void shouldRefuseMoreThanTenAttributes() throws IOException {
        StringBuilder attributes = new StringBuilder();
        for (int i = 0; i < 11; i++) {
            attributes
                    .append(i == 0 ? "" : ",")
                    .append("\"a")
                    .append(i)
                    .append("\":{\"DataType\":\"String\",\"StringValue\":\"v\"}");
        }

        assertThat(send("\"MessageBody\":\"x\",\"MessageAttributes\":{" + attributes + "}")
                        .text())
                .contains("Number of message attributes [11] exceeds the allowed maximum [10].");
    }

    @Test
    void shouldDemandGroupAndDeduplicationOfFifoQueues() throws IOException {
        assertThat(call("SendMessage", "{" + LINE + ",\"MessageBody\":\"x\",\"MessageDeduplicationId\":\"d\"}")
                        .text())
                .contains("The request must contain the parameter MessageGroupId.");
        assertThat(call("SendMessage", "{" + LINE + ",\"MessageBody\":\"x\",\"MessageGroupId\":\"g\"}")
                        .text())
                .contains("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId"
                        + " provided explicitly");
        assertThat(call(
                                "SendMessage",
                                "{" + LINE + ",\"MessageBody\":\"x\",\"MessageGroupId\":\"g\","
                                        + "\"MessageDeduplicationId\":\"d\",\"DelaySeconds\":1}")
                        .text())
                .contains("Value 1 for parameter DelaySeconds is invalid.", "not valid for this queue type");
        assertThat(call(
                                "SendMessage",
                                "{" + LINE
                                        + ",\"MessageBody\":\"x\",\"MessageGroupId\":\"g\",\"MessageDeduplicationId\":\"d\"}")
                        .text())
                .contains("\"SequenceNumber\":\"00000000000000000000\"");
        call("SetQueueAttributes", "{" + LINE + ",\"Attributes\":{\"ContentBasedDeduplication\":\"true\"}}");
        assertThat(call("SendMessage", "{" + LINE + ",\"MessageBody\":\"x\",\"MessageGroupId\":\"g\"}")
                        .status())
                .isEqualTo(200);
        assertThat(receive(LINE))
                .contains("\"MessageGroupId\":\"g\"", "\"MessageDeduplicationId\":\"d\"")
                .contains("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
    }

    @Test
    void shouldFailEntriesOfABatchByThemselves() throws IOException {
        String sent = call(
                        "SendMessageBatch",
                        "{" + JOBS
                                + ",\"Entries\":[{\"Id\":\"a\",\"MessageBody\":\"1\"},{\"Id\":\"b\",\"MessageBody\":\"\"},"
                                + "{\"Id\":\"c\",\"MessageBody\":\"3\",\"DelaySeconds\":1000},{\"Id\":\"d\",\"MessageBody\":\"4\"}]}")
                .text();

        assertThat(sent)
                .startsWith("{\"Successful\":[{\"Id\":\"a\",\"MessageId\":\"")
                .contains("\"MD5OfMessageBody\":\"c4ca4238a0b923820dcc509a6f75849b\"")
                .contains("{\"Id\":\"b\",\"SenderFault\":true,\"Code\":\"MissingParameter\"")
                .contains("{\"Id\":\"c\",\"SenderFault\":true,\"Code\":\"InvalidParameterValue\"");
        assertThat(receive(JOBS)).contains("\"Body\":\"1\"", "\"Body\":\"4\"").doesNotContain("\"Body\":\"3\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | There should be at least one SendMessageBatchRequestEntry in the request.",
                "[{\"Id\":\"a\",\"MessageBody\":\"x\"},{\"Id\":\"a\",\"MessageBody\":\"y\"}] | Id a repeated.",
                "[{\"Id\":\"a b\",\"MessageBody\":\"x\"}] | A batch entry id can only contain",
                "[{\"MessageBody\":\"x\"}] | SendMessageBatchRequestEntry.1.Id",
                "{} | Entries is expected to be a list."
            })
    void shouldRefuseABatchAsAWhole(String entries, String message) throws IOException {
        assertThat(call("SendMessageBatch", "{" + JOBS + ",\"Entries\":" + entries + "}")
                        .text())
                .contains(message);
        assertThat(receive(JOBS)).isEqualTo("{}");
    }

    @Test
    void shouldRefuseABatchThatIsTooLongInAll() throws IOException {
        String half = "\"MessageBody\":\"" + "x".repeat(524_289) + "\"";

        assertThat(call(
                                "SendMessageBatch",
                                "{" + JOBS + ",\"Entries\":[{\"Id\":\"a\"," + half + "},{\"Id\":\"b\"," + half + "}]}")
                        .text())
                .contains("BatchRequestTooLong", "longer than 1048576 bytes. You have sent 1048578 bytes.");
    }

    @Test
    void shouldBeRepeatableWhilePostgresIsDown() throws IOException {
        node.sender.failure = Optional.of(new Refused(Refused.Code.SOURCE_UNAVAILABLE, "Postgres is down"));
        RawClient.Answer down = send("\"MessageBody\":\"x\"");
        node.sender.failure = Optional.of(new Refused(Refused.Code.OUTCOME_UNKNOWN, "lost"));
        RawClient.Answer unknown =
                call("SendMessageBatch", "{" + JOBS + ",\"Entries\":[{\"Id\":\"a\",\"MessageBody\":\"x\"}]}");

        assertThat(down.status()).isEqualTo(503);
        assertThat(down.header("x-amzn-query-error")).isEqualTo("ServiceUnavailable;Receiver");
        assertThat(unknown.status()).isEqualTo(503);
    }

    @Test
    void shouldAnswerThoughTheLogDoesNotHoldItYet() throws IOException {
        node.sender.arrives = false;
        call("SetQueueAttributes", "{" + LINE + ",\"Attributes\":{\"ContentBasedDeduplication\":\"true\"}}");

        assertThat(call("SendMessage", "{" + LINE + ",\"MessageBody\":\"x\",\"MessageGroupId\":\"g\"}")
                        .text())
                .contains("MessageId")
                .doesNotContain("SequenceNumber");
    }

    @Test
    void shouldShowContentOfSqlAsItIs() throws IOException {
        node.groups.addMessage("jobs", "penstock:q:jobs", "{\"plain\":\u0001}", Optional.empty());
        node.groups.addMessage("jobs", "penstock:q:jobs", "/wA=", Optional.of("base64"));
        node.groups.addMessage("jobs", "penstock:m:jobs", "/wA=", Optional.of("base64"));
        node.groups.addMessage("jobs", "penstock:q:jobs", "", Optional.empty());
        String received = receive(JOBS);

        assertThat(received)
                .contains("\"Body\":\"{\\\"plain\\\":\\u0001}\"")
                .contains("\"Body\":\"/wA=\"", "\"encoding\":{\"StringValue\":\"base64\"", "malformed_envelope")
                .contains("\"MD5OfBody\":\"d41d8cd98f00b204e9800998ecf8427e\",\"Body\":\"\"")
                .doesNotContain("MessageGroupId");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "[]",
                "{}",
                "{\"body\":5}",
                "{\"body\":\"x\",\"more\":1}",
                "{\"body\":\"\\ud800\"}",
                "{\"body\":\"x\",\"uuid\":\"1\"}",
                "{\"body\":\"x\",\"delay\":-1}",
                "{\"body\":\"x\",\"delay\":1.5}",
                "{\"body\":\"x\",\"group\":\"\"}",
                "{\"body\":\"x\",\"attributes\":{\"a\":\"b\"}}",
                "{\"body\":\"x\",\"attributes\":{\"AWS.a\":{\"DataType\":\"String\",\"StringValue\":\"v\"}}}",
                "{\"body\":\"x\",\"body\":\"y\"}"
            })
    void shouldShowWhatIsNoEnvelopeAsItIsAndMarked(String content) throws IOException {
        node.groups.addMessage("line", "penstock:m:line", content, Optional.empty());
        String received = receive(LINE);

        assertThat(received)
                .contains("\"Body\":" + Json.text(content))
                .contains("\"malformed_envelope\":{\"StringValue\":\"expected")
                .contains("\"MessageGroupId\":\"default\"");
    }

    @Test
    void shouldTakeAnEnvelopeWrittenByHand() throws IOException {
        node.groups.addMessage("line", "penstock:q:line", "raw", Optional.empty());
        node.groups.addMessage(
                "line",
                "penstock:m:line.fifo",
                "{\"body\":\"x\",\"uuid\":null,\"group\":null,\"attributes\":null,\"delay\":null,\"dedup\":null}",
                Optional.empty());

        assertThat(receive(LINE))
                .contains("\"Body\":\"raw\"", "\"Body\":\"x\"", "\"MessageGroupId\":\"default\"")
                .doesNotContain("malformed_envelope");
    }

    @Test
    void shouldLetSendersSendAndNothingElse() throws IOException {
        String body = "{" + JOBS + ",\"MessageBody\":\"x\"}";

        assertThat(client.sqs("SendMessage", "Bearer SENDER." + TestNode.SECRET, body)
                        .status())
                .isEqualTo(200);
        assertThat(client.sqs("SendMessage", "Bearer SENDS-X." + TestNode.SECRET, body)
                        .status())
                .isEqualTo(403);
        assertThat(client.sqs("SendMessage", TestNode.CONSUMER, body).status()).isEqualTo(403);
        assertThat(client.sqs("CreateQueue", "Bearer SENDER." + TestNode.SECRET, "{\"QueueName\":\"new\"}")
                        .status())
                .isEqualTo(403);
    }
}
