package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Move;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.http.FakeGroups;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dead-letter queues as AWS' clients know them. */
class SqsDeadLettersTest {

    private static final String ARN = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String ORDERS = "\"QueueUrl\":\"http://elsewhere/000000000000/orders\"";
    private static final String DEAD = "\"QueueUrl\":\"dead\"";
    private static final String SOURCE = "\"SourceArn\":\"" + ARN + "dead\"";
    private static final String POLICY = policy("dead", "3");

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups
                .with("orders", GroupConfig.Ordering.NONE)
                .with("audit", GroupConfig.Ordering.NONE)
                .with("dead", GroupConfig.Ordering.NONE)
                .with("keyed", GroupConfig.Ordering.KEY)
                .with("keyed-dead", GroupConfig.Ordering.KEY);
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private static String policy(String target, String max) {
        return "{\"deadLetterTargetArn\":\"" + ARN + target + "\",\"maxReceiveCount\":" + max + "}";
    }

    private RawClient.Answer call(String operation, String body) throws IOException {
        return client.sqs(operation, TestNode.ADMIN, body);
    }

    private RawClient.Answer set(String queue, String attribute, String value) throws IOException {
        return call(
                "SetQueueAttributes",
                "{" + queue + ",\"Attributes\":{\"" + attribute + "\":\"" + value.replace("\"", "\\\"") + "\"}}");
    }

    private String attributes(String queue, String name) throws IOException {
        return call("GetQueueAttributes", "{" + queue + ",\"AttributeNames\":[\"" + name + "\"]}")
                .text()
                .replace("\\\"", "\"");
    }

    // ---- the policy ----

    @ParameterizedTest
    @CsvSource({"3", "'\"3\"'"})
    void shouldSetShowAndTakeAwayARedrivePolicy(String max) throws IOException {
        assertThat(attributes(ORDERS, "RedrivePolicy")).isEqualTo("{}");

        assertThat(set(ORDERS, "RedrivePolicy", policy("dead", max)).text()).isEqualTo("{}");

        assertThat(attributes(ORDERS, "RedrivePolicy"))
                .isEqualTo("{\"Attributes\":{\"RedrivePolicy\":\"" + policy("dead", "3") + "\"}}");
        assertThat(attributes(ORDERS, "All")).contains("\"RedrivePolicy\"");
        assertThat(client.call("GET", "/v1/groups/orders", TestNode.ADMIN, "").text())
                .contains("\"max_deliveries\":3", "\"dead_letter_group\":\"dead\"");
        assertThat(call(
                                "CreateQueue",
                                "{\"QueueName\":\"orders\",\"Attributes\":{\"RedrivePolicy\":\""
                                        + policy("dead", "\"3\"").replace("\"", "\\\"") + "\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(call(
                                "CreateQueue",
                                "{\"QueueName\":\"orders\",\"Attributes\":{\"RedrivePolicy\":\""
                                        + policy("dead", "4").replace("\"", "\\\"") + "\"}}")
                        .text())
                .contains("a different value for attribute RedrivePolicy");

        assertThat(set(ORDERS, "RedrivePolicy", "").text()).isEqualTo("{}");
        assertThat(attributes(ORDERS, "RedrivePolicy")).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | Redrive policy is not a valid JSON map.",
                "[] | Redrive policy is not a valid JSON map.",
                "{\"maxReceiveCount\":3} | Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
                "{\"deadLetterTargetArn\":\"a\"} | Redrive policy does not contain mandatory attribute: maxReceiveCount.",
                "{\"deadLetterTargetArn\":\"a\",\"maxReceiveCount\":0} | Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
                "{\"deadLetterTargetArn\":\"a\",\"maxReceiveCount\":\"1001\"} | Invalid value for maxReceiveCount: 1001",
                "{\"deadLetterTargetArn\":\"a\",\"maxReceiveCount\":1.5} | Invalid value for maxReceiveCount: 1.5",
                "{\"deadLetterTargetArn\":\"a\",\"maxReceiveCount\":true} | Invalid value for maxReceiveCount: true",
                "{\"deadLetterTargetArn\":\"a:nothing\",\"maxReceiveCount\":3} | Dead letter target does not exist.",
                "{\"deadLetterTargetArn\":\"a:b c\",\"maxReceiveCount\":3} | Dead letter target does not exist.",
                "{\"deadLetterTargetArn\":7,\"maxReceiveCount\":3} | Dead letter target does not exist.",
                "{\"deadLetterTargetArn\":\"a:keyed\",\"maxReceiveCount\":3} | Dead letter target does not exist.",
                "{\"deadLetterTargetArn\":\"a:keyed.fifo\",\"maxReceiveCount\":3} | same type of queue as the source",
                "{\"deadLetterTargetArn\":\"a:orders\",\"maxReceiveCount\":3} | same type of queue as the source"
            })
    void shouldRefuseAPolicyThatMakesNoSense(String policy, String reason) throws IOException {
        RawClient.Answer answer = set(ORDERS, "RedrivePolicy", policy);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("for parameter RedrivePolicy is invalid. Reason: ", reason);
        assertThat(answer.header("x-amzn-query-error")).isEqualTo("InvalidParameterValue;Sender");
        assertThat(attributes(ORDERS, "RedrivePolicy")).isEqualTo("{}");
    }

    @Test
    void shouldSetNothingOfSeveralAttributesIfOneIsWrong() throws IOException {
        RawClient.Answer answer = call(
                "SetQueueAttributes",
                "{" + ORDERS + ",\"Attributes\":{\"VisibilityTimeout\":\"77\",\"RedrivePolicy\":\"x\"}}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(attributes(ORDERS, "VisibilityTimeout")).contains("\"30\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | 200",
                "{\"redrivePermission\":\"allowAll\"} | 200",
                "{\"redrivePermission\":\"denyAll\"} | 400",
                "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[]} | 400",
                "{\"redrivePermission\":\"x\"} | 400",
                "{} | 400",
                "x | 400"
            })
    void shouldAllowEveryQueue(String policy, int status) throws IOException {
        assertThat(set(DEAD, "RedriveAllowPolicy", policy).status()).isEqualTo(status);
    }

    // ---- the queues of a dead-letter queue ----

    @Test
    void shouldListTheSourcesInPages() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);
        set("\"QueueUrl\":\"audit\"", "RedrivePolicy", POLICY);
        set("\"QueueUrl\":\"keyed.fifo\"", "RedrivePolicy", policy("keyed-dead.fifo", "2"));

        String first = call("ListDeadLetterSourceQueues", "{" + DEAD + ",\"MaxResults\":1}")
                .text();
        assertThat(first).startsWith("{\"queueUrls\":[\"http://node:7800/000000000000/audit\"],\"NextToken\":\"");
        String token = first.substring(first.indexOf("NextToken") + 12, first.length() - 2);
        assertThat(call("ListDeadLetterSourceQueues", "{" + DEAD + ",\"MaxResults\":1,\"NextToken\":\"" + token + "\"}")
                        .text())
                .isEqualTo("{\"queueUrls\":[\"http://node:7800/000000000000/orders\"]}");
        assertThat(call("ListDeadLetterSourceQueues", "{\"QueueUrl\":\"keyed-dead.fifo\"}")
                        .text())
                .contains("/keyed.fifo\"]");
    }

    @Test
    void shouldSayWhereAMessageDiedAndCountOn() throws IOException {
        node.groups.died = Optional.of(new Delivery.Died("orders", 3));
        node.groups.add("dead", 1);

        String message = call("ReceiveMessage", "{" + DEAD + ",\"AttributeNames\":[\"All\"]}")
                .text();

        assertThat(message)
                .contains("\"ApproximateReceiveCount\":\"4\"", "\"DeadLetterQueueSourceArn\":\"" + ARN + "orders\"")
                .contains("\"MessageId\":\"" + FakeGroups.event(0).id() + "\"");
    }

    // ---- move tasks ----

    private String startTask(String more) throws IOException {
        String answer = call("StartMessageMoveTask", "{" + SOURCE + more + "}").text();
        assertThat(answer).startsWith("{\"TaskHandle\":\"");
        return answer.substring("{\"TaskHandle\":\"".length(), answer.length() - 2);
    }

    private String listed() throws IOException {
        return call("ListMessageMoveTasks", "{" + SOURCE + "}").text();
    }

    @Test
    void shouldMoveStepByStepToTheEnd() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);
        node.groups.deadLetters.steps.add(
                CompletableFuture.completedFuture(new Changed(7, 500, 500, OptionalLong.of(600))));
        CompletableFuture<Changed> second = new CompletableFuture<>();
        node.groups.deadLetters.steps.add(second);

        String handle = startTask("");

        await().atMost(Duration.ofSeconds(20)).until(() -> node.groups.deadLetters.asked.size() == 2);
        assertThat(listed())
                .startsWith("{\"Results\":[{\"TaskHandle\":\"" + handle + "\",\"Status\":\"RUNNING\"," + SOURCE + ",")
                .contains("\"ApproximateNumberOfMessagesMoved\":500,", "\"StartedTimestamp\":");
        assertThat(call("StartMessageMoveTask", "{" + SOURCE + "}").text())
                .contains("There is already a task running. Only one active task is allowed for a source queue arn at a"
                        + " given time.");
        second.complete(new Changed(8, 20, 21, OptionalLong.empty()));
        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("COMPLETED"));
        assertThat(listed())
                .contains("\"ApproximateNumberOfMessagesMoved\":520,")
                .doesNotContain("TaskHandle");
        assertThat(node.groups.deadLetters.asked)
                .containsExactly(
                        new Move("dead", Optional.empty(), 0, 500), new Move("dead", Optional.empty(), 600, 500));
    }

    @Test
    void shouldMoveElsewhereAtARate() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);

        startTask(",\"DestinationArn\":\"" + ARN + "audit\",\"MaxNumberOfMessagesPerSecond\":40");

        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("COMPLETED"));
        assertThat(node.groups.deadLetters.asked).containsExactly(new Move("dead", Optional.of("audit"), 0, 40));
        assertThat(listed()).contains("\"DestinationArn\":\"" + ARN + "audit\",\"MaxNumberOfMessagesPerSecond\":40,");
    }

    @Test
    void shouldCancel() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);
        CompletableFuture<Changed> step = new CompletableFuture<>();
        node.groups.deadLetters.steps.add(step);
        String handle = startTask("");

        assertThat(call("CancelMessageMoveTask", "{\"TaskHandle\":\"" + handle + "\"}")
                        .text())
                .isEqualTo("{\"ApproximateNumberOfMessagesMoved\":0}");

        assertThat(listed()).contains("CANCELLING");
        step.complete(new Changed(7, 500, 500, OptionalLong.of(600)));
        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("CANCELLED"));
        assertThat(listed()).contains("\"ApproximateNumberOfMessagesMoved\":500,");
        assertThat(node.groups.deadLetters.asked).hasSize(1);
        RawClient.Answer again = call("CancelMessageMoveTask", "{\"TaskHandle\":\"" + handle + "\"}");
        assertThat(again.status()).isEqualTo(404);
        assertThat(again.text()).contains("ResourceNotFoundException", "Task does not exist.");
    }

    @Test
    void shouldSayWhyATaskFailed() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);
        node.groups.deadLetters.steps.add(
                CompletableFuture.completedFuture(new Changed(7, 0, 5, OptionalLong.empty())));
        startTask("");
        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("FAILED"));
        assertThat(listed()).contains("\"FailureReason\":\"CouldNotDetermineMessageSource\"");

        node.groups.deadLetters.steps.add(
                CompletableFuture.failedFuture(new Refused(Refused.Code.NO_LEADER, "this node does not lead")));
        startTask("");
        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("this node does not lead"));
        assertThat(call("ListMessageMoveTasks", "{" + SOURCE + ",\"MaxResults\":10}")
                        .text())
                .contains("this node does not lead", "CouldNotDetermineMessageSource");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"SourceArn\":\"a:orders\" | 400 | Source queue must be configured as a Dead Letter Queue.",
                "\"SourceArn\":\"a:no\" | 404 | The resource that you specified for the SourceArn parameter doesn't exist.",
                "\"SourceArn\":\"a:dead\",\"DestinationArn\":\"a:no\" | 404 | The resource that you specified for the DestinationArn parameter doesn't exist.",
                "\"SourceArn\":\"a:dead\",\"DestinationArn\":\"a:keyed.fifo\" | 400 | DestinationArn",
                "\"SourceArn\":\"a:dead\",\"DestinationArn\":\"a:dead\" | 400 | DestinationArn",
                "\"SourceArn\":\"a:dead\",\"MaxNumberOfMessagesPerSecond\":501 | 400 | MaxNumberOfMessagesPerSecond",
                "\"SourceArn\":\"a:dead\",\"MaxNumberOfMessagesPerSecond\":\"5\" | 400 | an integer",
                "\"a\":1 | 400 | must contain the parameter SourceArn"
            })
    void shouldRefuseATaskThatMakesNoSense(String members, int status, String said) throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);

        RawClient.Answer answer = call("StartMessageMoveTask", "{" + members + "}");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).contains(said);
        assertThat(node.groups.deadLetters.asked).isEmpty();
    }

    @Test
    void shouldKnowItsOwnHandles() throws IOException {
        String forged = Base64.getUrlEncoder().encodeToString("penstock-move:x".getBytes(StandardCharsets.UTF_8));

        assertThat(call("CancelMessageMoveTask", "{\"TaskHandle\":\"" + forged + "\"}")
                        .status())
                .isEqualTo(404);
        assertThat(call("CancelMessageMoveTask", "{\"TaskHandle\":\"garbage!\"}")
                        .status())
                .isEqualTo(400);
        assertThat(call("CancelMessageMoveTask", "{}").status()).isEqualTo(400);
    }

    @Test
    void shouldSpeakTheQueryProtocol() throws IOException {
        set(ORDERS, "RedrivePolicy", POLICY);
        String form = "Action=StartMessageMoveTask&SourceArn=" + ARN + "dead&MaxNumberOfMessagesPerSecond=7";
        String started = client.send(RawClient.request("POST", "/", TestNode.ADMIN, form)
                        .replace(
                                "Content-Length:",
                                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length:"))
                .answer()
                .text();

        assertThat(started).contains("<StartMessageMoveTaskResult><TaskHandle>");
        await().atMost(Duration.ofSeconds(20)).until(() -> listed().contains("COMPLETED"));
        String listed = client.send(RawClient.request(
                                "POST", "/", TestNode.ADMIN, "Action=ListMessageMoveTasks&SourceArn=" + ARN + "dead")
                        .replace(
                                "Content-Length:",
                                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length:"))
                .answer()
                .text();
        assertThat(listed)
                .contains("<ListMessageMoveTasksResult><ListMessageMoveTasksResultEntry><Status>COMPLETED</Status>")
                .contains("<MaxNumberOfMessagesPerSecond>7</MaxNumberOfMessagesPerSecond>");
    }
}
