package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The native API of groups, over the wire. */
class GroupsApiTest {

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.NONE);
        client = node.connect();
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
    void shouldCreateAGroupOnce() throws IOException {
        String group = "{\"name\":\"w\",\"stream\":\"main\",\"start\":\"earliest\",\"visibility_timeout\":\"PT1M\","
                + "\"max_deliveries\":0,\"ordering\":\"none\",\"mode\":\"changes\","
                + "\"filter\":{\"tables\":[\"public.orders\"],\"actions\":[\"insert\",\"update\"]}}";

        RawClient.Answer created = post("/v1/groups", group);
        RawClient.Answer again = post("/v1/groups", group);
        RawClient.Answer different = post("/v1/groups", "{\"name\":\"w\"}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("penstock-log-index")).matches("\\d+");
        assertThat(created.text())
                .contains("\"name\":\"w\"", "\"stream\":\"main\"", "\"start\":\"earliest\"")
                .contains("\"visibility_timeout\":\"60s\"", "\"max_deliveries\":0", "\"tables\":[\"public.orders\"]");
        assertThat(again.status()).isEqualTo(200);
        assertThat(different.status()).isEqualTo(409);
        assertThat(different.text()).contains("GROUP_EXISTS");
        assertThat(different.header("penstock-log-index")).isEqualTo("7");
    }

    @Test
    void shouldCreateAGroupWithTheContractsDefaults() throws IOException {
        RawClient.Answer created = post("/v1/groups", "{\"name\":\"w\"}");

        assertThat(created.text())
                .contains("\"stream\":\"main\"", "\"start\":\"latest\"", "\"visibility_timeout\":\"30s\"")
                .contains("\"max_deliveries\":0", "\"ordering\":\"none\"", "\"mode\":\"changes\"", "\"filter\":{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 'name' is missing",
                "{\"name\":\"a b\"} | 1 to 75 letters",
                "{\"name\":7} | expected a string for 'name'",
                "{\"name\":\"w\",\"nmae\":1} | unknown member 'nmae'",
                "{\"name\":\"w\",\"name\":\"v\"} | not well-formed JSON",
                "{\"name\":\"w\"} x | not well-formed JSON",
                "{\"name\":\"w\" | not well-formed JSON",
                "[] | expected a JSON object",
                "7 | expected a JSON object",
                "{\"name\":\"w\",\"start\":\"now\"} | expected \"earliest\"",
                "{\"name\":\"w\",\"start\":{\"offset\":-1}} | expected an offset",
                "{\"name\":\"w\",\"start\":{\"offset\":\"1\",\"x\":1}} | unknown member 'start.x'",
                "{\"name\":\"w\",\"start\":{}} | expected \"earliest\"",
                "{\"name\":\"w\",\"start\":{\"offset\":\"1\",\"lsn\":\"0/1\"}} | expected \"earliest\"",
                "{\"name\":\"w\",\"start\":{\"time\":\"2026-11-21T10:00:00\"}} | a time with its zone",
                "{\"name\":\"w\",\"start\":{\"time\":\"yesterday\"}} | a time with its zone",
                "{\"name\":\"w\",\"start\":{\"lsn\":\"16B3748\"}} | an LSN such as",
                "{\"name\":\"w\",\"visibility_timeout\":\"13h\"} | at most 43200s",
                "{\"name\":\"w\",\"visibility_timeout\":\"soon\"} | expected a duration",
                "{\"name\":\"w\",\"visibility_timeout\":true} | a duration such as",
                "{\"name\":\"w\",\"max_deliveries\":-1} | a whole number",
                "{\"name\":\"w\",\"max_deliveries\":1.5} | a whole number",
                "{\"name\":\"w\",\"ordering\":\"fifo\"} | expected \"none\" or \"key\"",
                "{\"name\":\"w\",\"mode\":\"latest\"} | expected \"changes\" or \"rows\"",
                "{\"name\":\"w\",\"retention\":\"keep\"} | expected \"trim\" or \"hold\"",
                "{\"name\":\"w\",\"max_deliveries\":\"5\"} | a whole number",
                "{\"name\":\"w\",\"filter\":[]} | an object for 'filter'",
                "{\"name\":\"w\",\"filter\":{\"tables\":\"t\"}} | an array of at most",
                "{\"name\":\"w\",\"filter\":{\"tables\":[\"orders\"]}} | \"schema.table\"",
                "{\"name\":\"w\",\"filter\":{\"actions\":[\"upsert\"]}} | one of insert, update",
                "{\"name\":\"w\",\"filter\":{\"table\":[]}} | unknown member 'filter.table'"
            })
    void shouldSayWhatIsWrongWithAGroup(String body, String detail) throws IOException {
        RawClient.Answer answer = post("/v1/groups", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text().replace("\\\"", "\"")).contains("INVALID_REQUEST", detail, "\"request_id\"");
    }

    @Test
    void shouldDescribeListAndDelete() throws IOException {
        node.groups.add("orders", 3);

        RawClient.Answer described = client.call("GET", "/v1/groups/orders", TestNode.ADMIN, "");
        assertThat(described.text())
                .contains("\"name\":\"orders\"", "\"floor\":\"0000000000000000\"", "\"backlog\":3")
                .contains("\"in_flight\":0", "\"delayed\":0", "\"parked\":0", "\"dead_letters\":0")
                .contains("\"oldest_unsettled_age\":1.500", "\"state\":\"active\"");
        assertThat(client.call("GET", "/v1/groups", TestNode.ADMIN, "").text())
                .startsWith("{\"groups\":[{\"name\":\"orders\"");
        RawClient.Answer deleted = client.call("DELETE", "/v1/groups/orders", TestNode.ADMIN, "");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("penstock-log-index")).matches("\\d+");
        assertThat(client.call("GET", "/v1/groups/orders", TestNode.ADMIN, "").status())
                .isEqualTo(404);
        assertThat(client.call("DELETE", "/v1/groups/orders", TestNode.ADMIN, "")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void shouldReceiveAndSettleOnTheWay() throws IOException {
        node.groups.add("orders", 3);

        RawClient.Answer first = post("/v1/groups/orders/receive", "{\"max\":2,\"visibility_timeout\":60}");
        assertThat(first.text())
                .startsWith("{\"messages\":[{\"receipt\":\"r-orders-0-1\",\"delivery_count\":1,"
                        + "\"first_delivered_at\":\"2026-09-21T14:13:21Z\",\"event\":{\"id\":\"e0\"")
                .contains("\"ä \\\"quoted\\\" \\n\"")
                .endsWith("}}]}");
        assertThat(first.header("penstock-log-index")).matches("\\d+");

        RawClient.Answer second = post(
                "/v1/groups/orders/receive", "{\"max\":10,\"acks\":[\"r-orders-0-1\",\"garbage\",\"r-orders-1-1\"]}");
        assertThat(second.text())
                .contains("\"receipt\":\"r-orders-2-1\"")
                .endsWith(
                        "\"ack_results\":[{\"ok\":true},{\"ok\":false,\"error\":\"INVALID_RECEIPT\"},{\"ok\":true}]}");
        assertThat(node.groups.unsettled("orders")).isEqualTo(1);
    }

    @Test
    void shouldAnswerAckResultsWithoutMessages() throws IOException {
        assertThat(post("/v1/groups/orders/receive", "{\"acks\":[]}").text())
                .isEqualTo("{\"messages\":[],\"ack_results\":[]}");
    }

    @Test
    void shouldAckNackAndExtend() throws IOException {
        node.groups.add("orders", 2);
        post("/v1/groups/orders/receive", "{\"max\":2}");

        assertThat(post("/v1/groups/orders/extend", "{\"receipts\":[\"r-orders-0-1\"],\"visibility_timeout\":\"60s\"}")
                        .text())
                .isEqualTo("{\"results\":[{\"ok\":true}]}");
        assertThat(post("/v1/groups/orders/nack", "{\"receipts\":[\"r-orders-0-1\"],\"delay\":\"5s\"}")
                        .text())
                .isEqualTo("{\"results\":[{\"ok\":true}]}");
        assertThat(post("/v1/groups/orders/nack", "{\"receipts\":[\"r-orders-0-1\"]}")
                        .text())
                .isEqualTo("{\"results\":[{\"ok\":false,\"error\":\"LEASE_LOST\"}]}");
        assertThat(post("/v1/groups/orders/ack", "{\"receipts\":[\"r-orders-1-1\"]}")
                        .text())
                .isEqualTo("{\"results\":[{\"ok\":true}]}");
        assertThat(post("/v1/groups/orders/nack", "{\"receipts\":[\"r-orders-1-1\"]}")
                        .text())
                .isEqualTo("{\"results\":[{\"ok\":false,\"error\":\"SETTLED\"}]}");
        assertThat(post("/v1/groups/orders/ack", "{\"receipts\":[]}").status()).isEqualTo(400);
        assertThat(post("/v1/groups/orders/extend", "{\"receipts\":[\"x\"]}").status())
                .isEqualTo(400);
    }

    @Test
    void shouldSeek() throws IOException {
        assertThat(post("/v1/groups/orders/seek", "{\"to\":{\"offset\":\"7\"},\"dry_run\":true}")
                        .text())
                .isEqualTo("{\"from\":\"0000000000000005\",\"to\":\"0000000000000007\",\"events\":1234}");
        assertThat(post("/v1/groups/orders/seek", "{\"to\":{\"time\":\"2026-11-21T10:00:00+01:00\"},\"dry_run\":true}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/v1/groups/orders/seek", "{\"to\":{\"lsn\":\"0/16B3748\"},\"dry_run\":true}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/v1/groups/orders/seek", "{\"to\":\"earliest\"}").status())
                .isEqualTo(200);
        assertThat(post("/v1/groups/orders/seek", "{}").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"max\":0}", "{\"max\":1001}", "{\"max\":\"1\"}", "{\"wait\":\"61s\"}", "{\"wait\":-1}",
                "{\"acks\":\"r\"}", "{\"acks\":[1]}", "{\"maxx\":1}", "[1]", "\"\""
            })
    void shouldRefuseAReceiveThatIsNotValid(String body) throws IOException {
        RawClient.Answer answer = post("/v1/groups/orders/receive", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(node.groups.receives.get()).isZero();
    }

    @Test
    void shouldRefuseUnknownQueryParametersAndUnreadableNames() throws IOException {
        assertThat(client.call("GET", "/v1/groups?x=1", TestNode.ADMIN, "").status())
                .isEqualTo(400);
        assertThat(client.call("GET", "/v1/groups/%zz", TestNode.ADMIN, "").status())
                .isEqualTo(400);
        assertThat(client.call("GET", "/v1/groups/%ff", TestNode.ADMIN, "").status())
                .isEqualTo(400);
        assertThat(client.call("GET", "/v1/groups/..%2Fx", TestNode.ADMIN, "").status())
                .isEqualTo(400);
        assertThat(client.call("GET", "/v1//groups", TestNode.ADMIN, "").status())
                .isEqualTo(404);
    }

    @Test
    void shouldTellUnknownGroupsEverywhere() throws IOException {
        for (String operation : new String[] {"receive", "ack", "nack"}) {
            RawClient.Answer answer =
                    post("/v1/groups/none/" + operation, operation.equals("receive") ? "{}" : "{\"receipts\":[\"x\"]}");

            assertThat(answer.status()).as(operation).isEqualTo(404);
            assertThat(answer.text()).contains("\"code\":\"UNKNOWN_GROUP\"", "\"status\":404", "\"type\":\"urn:");
        }
    }

    private RawClient.Answer patch(String body) throws IOException {
        return client.call("PATCH", "/v1/groups/w", TestNode.ADMIN, body);
    }

    @Test
    void shouldChangeWhatIsNamedAndNothingElse() throws IOException {
        post("/v1/groups", "{\"name\":\"w\",\"visibility_timeout\":\"5s\",\"filter\":{\"actions\":[\"insert\"]}}");

        RawClient.Answer changed = patch("{\"visibility_timeout\":\"1m\",\"ordering\":\"none\"}");

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("penstock-log-index")).matches("\\d+");
        assertThat(changed.text())
                .contains("\"visibility_timeout\":\"60s\"", "\"actions\":[\"insert\"]", "\"state\":\"active\"");
        assertThat(patch("{\"filter\":{\"tables\":[\"a.b\"]}}").text())
                .contains("\"filter\":{\"tables\":[\"a.b\"]}", "\"visibility_timeout\":\"60s\"");
        assertThat(patch("{\"filter\":{}}").text()).contains("\"filter\":{}");
        assertThat(patch("{}").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"ordering\":\"key\"} | cannot be changed",
                "{\"ordering\":\"x\"} | for 'ordering'",
                "{\"name\":\"v\"} | unknown member 'name'",
                "{\"start\":\"earliest\"} | unknown member 'start'",
                "{\"visibility_timeout\":\"13h\"} | at most 43200s",
                "{\"max_deliveries\":-1} | a whole number",
                "{\"mode\":\"latest\"} | for 'mode'",
                "{\"retention\":7} | a string for 'retention'",
                "{\"filter\":{\"tables\":[\"orders\"]}} | schema.table",
                "{\"filter\":[]} | an object for 'filter'"
            })
    void shouldRefuseChangesThatCannotBe(String body, String said) throws IOException {
        post("/v1/groups", "{\"name\":\"w\"}");

        RawClient.Answer answer = patch(body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(said);
    }

    @Test
    void shouldChangeModeAndRetention() throws IOException {
        post("/v1/groups", "{\"name\":\"w\",\"mode\":\"rows\",\"retention\":\"hold\"}");

        assertThat(patch("{\"visibility_timeout\":60}").text()).contains("\"mode\":\"rows\"", "\"retention\":\"hold\"");
        assertThat(patch("{\"mode\":\"changes\",\"retention\":\"trim\"}").text())
                .contains("\"mode\":\"changes\"", "\"retention\":\"trim\"");
    }

    @Test
    void shouldPauseAndResume() throws IOException {
        post("/v1/groups", "{\"name\":\"w\"}");
        node.groups.add("w", 1);

        assertThat(post("/v1/groups/w/pause", "").text()).contains("\"state\":\"paused\"");
        assertThat(post("/v1/groups/w/receive", "{\"wait\":\"50ms\"}").text()).contains("\"messages\":[]");
        assertThat(client.call("GET", "/v1/groups/w", TestNode.ADMIN, "").text())
                .contains("\"state\":\"paused\"");
        assertThat(post("/v1/groups/w/resume", "{}").text()).contains("\"state\":\"active\"");
        assertThat(post("/v1/groups/w/receive", "{}").text()).contains("\"delivery_count\":1");
        assertThat(post("/v1/groups/no/pause", "").status()).isEqualTo(404);
        assertThat(post("/v1/groups/w/pause", "{\"for\":1}").status()).isEqualTo(400);
    }
}
