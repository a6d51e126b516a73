package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Receives on FIFO queues that name an attempt: what an SDK's own repetition gets. */
class FifoAttemptsTest {

    private static final String ORDERS = "\"QueueUrl\":\"orders\"";
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

    private String attempt(String id) throws IOException {
        return call("ReceiveMessage", "{" + FIFO + ",\"ReceiveRequestAttemptId\":\"" + id + "\"}")
                .text();
    }

    @Test
    void shouldGiveTheSameAttemptTheSameMessagesAndHandles() throws IOException {
        node.groups.add("keyed", 2);

        String first = attempt("a");
        String other = attempt("b");

        assertThat(first).contains("r-keyed-0-1");
        assertThat(attempt("a")).isEqualTo(first);
        assertThat(other).contains("r-keyed-1-1");
        assertThat(attempt("b")).isEqualTo(other);
        assertThat(node.groups.receives.get()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DeleteMessage | \"ReceiptHandle\":\"r-keyed-0-1\"",
                "ChangeMessageVisibility | \"ReceiptHandle\":\"r-keyed-0-1\",\"VisibilityTimeout\":9",
                "DeleteMessageBatch | \"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"r-keyed-0-1\"}]",
                "ChangeMessageVisibilityBatch | \"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"r-keyed-0-1\",\"VisibilityTimeout\":9}]"
            })
    void shouldEndAnAttemptWhenAMessageOfItIsTouched(String operation, String members) throws IOException {
        node.groups.add("keyed", 1);
        attempt("a");

        call(operation, "{" + FIFO + "," + members + "}");

        assertThat(attempt("a")).isEqualTo("{}");
    }

    @Test
    void shouldReceiveAnewWhenTheMessagesOfAnAttemptAreNoLongerItsOwn() throws IOException {
        node.groups.add("keyed", 1);
        attempt("a");
        // by another way than SQS
        assertThat(node.groups.nack("keyed", List.of("r-keyed-0-1"), 0)).isCompleted();

        assertThat(attempt("a")).contains("r-keyed-0-2");
    }

    @Test
    void shouldRefuseAttemptsThatCannotBe() throws IOException {
        for (String id : new String[] {"", "a b", "\u00e4", "x".repeat(129)}) {
            assertThat(attempt(id))
                    .contains("#InvalidParameterValueException")
                    .contains("can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
        assertThat(call("ReceiveMessage", "{" + ORDERS + ",\"ReceiveRequestAttemptId\":\"a\"}")
                        .text())
                .contains("not valid for this queue type");
        assertThat(node.groups.receives.get()).isZero();
    }
}
