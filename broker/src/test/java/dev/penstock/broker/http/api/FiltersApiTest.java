package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters by value, over the wire. */
class FiltersApiTest {

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        client = node.connect();
        Events.open(node.stored)
                .insert(
                        Events.ORDERS,
                        "{\"id\":1,\"amount\":\"19.90\"}",
                        "{\"id\":2,\"amount\":\"190.00\"}",
                        "{\"id\":3,\"amount\":\"a lot\"}",
                        "{\"id\":4}");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer post(String path, String body) throws IOException {
        return client.call("POST", path, TestNode.ADMIN, body);
    }

    @Test
    void shouldShowWhatAFilterLetsThrough() throws IOException {
        RawClient.Answer answer =
                post("/v1/filters/test", "{\"filter\":{\"where\":\"record.amount > 100\"},\"last\":10}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .startsWith("{\"stream\":\"main\",\"from\":\"0000000000000000\",\"to\":\"0000000000000004\","
                        + "\"complete\":true,\"matched\":1,\"not_matched\":2,\"failed\":1,\"matches\":["
                        + "{\"offset\":\"0000000000000001\",\"event\":{\"id\":")
                .contains("},{\"offset\":\"0000000000000002\",\"filter_error\":"
                        + "\"line 1, column 1 (record.amount): expected a number, but this is text that reads as none\","
                        + "\"event\":{")
                .endsWith("}}]}");
    }

    @Test
    void shouldTakeTablesAndActionsToo() throws IOException {
        assertThat(post("/v1/filters/test", "{\"filter\":{\"tables\":[\"public.customers\"]}}")
                        .text())
                .contains("\"matched\":0", "\"not_matched\":4", "\"matches\":[]");
        assertThat(post("/v1/filters/test", "").text()).contains("\"matched\":4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"stream\":\"none\"} | 404 | UNKNOWN_STREAM",
                "{\"last\":0} | 400 | a whole number from 1 to 10000",
                "{\"last\":10001} | 400 | a whole number from 1 to 10000",
                "{\"first\":1} | 400 | unknown member 'first'",
                "{\"filter\":{\"where\":1}} | 400 | expected a string for 'filter.where'",
                "{\"filter\":{\"were\":\"true\"}} | 400 | unknown member 'filter.were'",
                "{\"filter\":{\"where\":\"record.a = 1\"}} | 400 | line 1, column 10: expected ==",
                "{\"filter\":{\"where\":\"  \"}} | 400 | expected a condition such as"
            })
    void shouldSayWhatIsWrong(String body, int status, String detail) throws IOException {
        RawClient.Answer answer = post("/v1/filters/test", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text()).contains(detail);
    }

    @Test
    void shouldShowTheFaultOfAGroupsFilter() throws IOException {
        RawClient.Answer answer = post("/v1/groups", "{\"name\":\"w\",\"filter\":{\"where\":\"recrod.amount > 100\"}}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("\"code\":\"INVALID_REQUEST\"")
                .contains("\"detail\":\"line 1, column 1: unknown name 'recrod', did you mean 'record'?")
                .contains("\\nrecrod.amount > 100\\n^^^^^^\"");
    }

    @Test
    void shouldMarkAMessageThatTheFilterFailedOn() throws IOException {
        node.groups.with("orders", GroupConfig.Ordering.NONE);
        node.groups.add("orders", 2);
        node.groups.filterError = Optional.of("line 1, column 1 (record.\"ä\"): no number");

        assertThat(post("/v1/groups/orders/receive", "{}").text())
                .contains(
                        "\"first_delivered_at\":\"2026-09-21T14:13:21Z\","
                                + "\"filter_error\":\"line 1, column 1 (record.\\\"ä\\\"): no number\",\"event\":{\"id\":\"e0\"");
        assertThat(client.sqs(
                                "ReceiveMessage",
                                TestNode.ADMIN,
                                "{\"QueueUrl\":\"orders\",\"MessageAttributeNames\":[\"filter_error\"]}")
                        .text())
                .contains("\"MessageAttributes\":{\"filter_error\":{\"StringValue\":\"line 1, column 1 ");
    }

    @Test
    void shouldKeepTheExpressionOfAGroup() throws IOException {
        String group = "{\"name\":\"w\",\"filter\":{\"where\":\"record.amount > 100\"}}";

        assertThat(post("/v1/groups", group).status()).isEqualTo(201);
        assertThat(post("/v1/groups", group).status()).isEqualTo(200);
        assertThat(post("/v1/groups", "{\"name\":\"w\"}").status()).isEqualTo(409);
        assertThat(client.call("GET", "/v1/groups/w", TestNode.ADMIN, "").text())
                .contains("\"filter\":{\"where\":\"record.amount > 100\"}", "\"filter_failures\":2");
    }
}
