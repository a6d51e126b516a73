package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.DeadLetterService.Changed;
import dev.penstock.broker.deliver.DeadLetterService.Filter;
import dev.penstock.broker.deliver.DeadLetterService.Listed;
import dev.penstock.broker.deliver.DeadLetterService.Page;
import dev.penstock.broker.deliver.DeadLetterService.Query;
import dev.penstock.broker.deliver.DeadLetterService.Selection;
import dev.penstock.broker.http.FakeGroups;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyOrder;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dead letters over the wire. */
class DeadLettersApiTest {

    private static final String LETTERS = "/v1/groups/orders/dead-letters";
    private static final String FACTS =
            "{\"dead_letter\":\"0000000000000007\",\"offset\":\"0000000000000004\",\"id\":\""
                    + FakeGroups.event(4).ulid()
                    + "\",\"table\":\"public.orders\",\"action\":\"insert\",\"state\":\"dead\",\"reason\":\"max_deliveries\","
                    + "\"delivery_count\":5,\"first_delivered_at\":\"2026-09-21T14:13:20Z\","
                    + "\"last_delivered_at\":\"2026-09-21T14:13:21Z\",\"died_at\":\"2026-09-21T14:13:22Z\",\"event\":{";

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

    private RawClient.Answer call(String method, String path, String body) throws IOException {
        return client.call(method, path, TestNode.ADMIN, body);
    }

    private static Listed letter(long number) {
        DeadLetter letter = new DeadLetter(
                number,
                2,
                1,
                4,
                5,
                1_790_000_000_000L,
                1_790_000_001_000L,
                1_790_000_002_000L,
                "max_deliveries",
                KeyOrder.NONE);
        return new Listed(letter, FakeGroups.event(4));
    }

    @Test
    void shouldList() throws IOException {
        node.groups.deadLetters.page = new Page(92, List.of(letter(7), letter(9)), OptionalLong.of(11));

        RawClient.Answer answer = client.call("GET", LETTERS + "?offset=7&limit=2&events=true", TestNode.CONSUMER, "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("penstock-log-index")).isEqualTo("92");
        assertThat(answer.text())
                .startsWith("{\"dead_letters\":[" + FACTS)
                .contains("},{\"dead_letter\":\"0000000000000009\"")
                .endsWith("}],\"next\":\"0000000000000011\"}");
        assertThat(node.groups.deadLetters.asked).containsExactly(new Query("orders", 7, 2, true));
    }

    @Test
    void shouldListAmongTheMessagesToo() throws IOException {
        node.groups.deadLetters.page = new Page(92, List.of(letter(7)), OptionalLong.empty());

        RawClient.Answer answer = client.call("GET", "/v1/groups/orders/messages?state=dead", TestNode.CONSUMER, "");

        assertThat(answer.text()).startsWith("{\"messages\":[" + FACTS).endsWith("}],\"next\":null}");
        assertThat(node.groups.deadLetters.asked).containsExactly(new Query("orders", 0, 100, false));
    }

    @Test
    void shouldShowOne() throws IOException {
        node.groups.deadLetters.page = new Page(92, List.of(letter(7)), OptionalLong.empty());

        assertThat(call("GET", LETTERS + "/0000000000000007", "").text()).startsWith(FACTS);
        RawClient.Answer other = call("GET", LETTERS + "/6", "");

        assertThat(other.status()).isEqualTo(404);
        assertThat(other.text()).contains("there is no dead letter 0000000000000006");
    }

    @Test
    void shouldPutBack() throws IOException {
        node.groups.deadLetters.changed = new Changed(93, 40, 50, OptionalLong.of(61));

        RawClient.Answer answer = call(
                "POST",
                "/v1/groups/orders/redrive",
                "{\"filter\":{\"tables\":[\"public.orders\"],\"actions\":[\"insert\"],\"where\":\"record.id > 1\"},"
                        + "\"offset\":\"0000000000000011\",\"max\":500,\"rate\":40}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo("{\"redriven\":40,\"looked_at\":50,\"next\":\"0000000000000061\",\"again_in\":\"1s\"}");
        assertThat(node.groups.deadLetters.asked)
                .containsExactly(new Selection(
                        "orders",
                        new Filter(List.of("public.orders"), List.of("insert"), "record.id > 1"),
                        List.of(),
                        11,
                        40));
    }

    @Test
    void shouldPutBackByNumberAndAllOfThem() throws IOException {
        call("POST", "/v1/groups/orders/redrive", "{\"dead_letters\":[\"0000000000000007\",\"9\"]}");
        RawClient.Answer all = call("POST", "/v1/groups/orders/redrive", "");

        assertThat(all.text()).isEqualTo("{\"redriven\":0,\"looked_at\":0,\"next\":null}");
        assertThat(node.groups.deadLetters.asked)
                .containsExactly(
                        new Selection("orders", Filter.ALL, List.of(7L, 9L), 0, 1_000),
                        new Selection("orders", Filter.ALL, List.of(), 0, 1_000));
    }

    @Test
    void shouldDropAllAPieceAtATimeAndOne() throws IOException {
        node.groups.deadLetters.changed = new Changed(93, 40, 40, OptionalLong.empty());

        assertThat(call("DELETE", LETTERS + "?offset=5&max=40", "").text()).isEqualTo("{\"dropped\":40,\"next\":null}");
        call("DELETE", LETTERS + "/7", "");

        assertThat(node.groups.deadLetters.asked)
                .containsExactly(
                        new Selection("orders", Filter.ALL, List.of(), 5, 40),
                        new Selection("orders", Filter.ALL, List.of(7L), 7, 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET | ?offset=x | an offset such as",
                "GET | ?limit=0 | a limit from 1 to 1000",
                "GET | ?events=1 | true or false",
                "GET | ?after=1 | after",
                "GET | /x | an offset such as",
                "GET | /7?events=true | events",
                "DELETE | ?max=0 | from 1 to 10000",
                "DELETE | ?max=99999999999 | from 1 to 10000",
                "DELETE | /-1 | an offset such as"
            })
    void shouldRefuseWhatMakesNoSense(String method, String path, String said) throws IOException {
        RawClient.Answer answer = call(method, LETTERS + path, "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(said);
        assertThat(node.groups.deadLetters.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"max\":0} | from 1 to 10000",
                "{\"max\":\"many\"} | from 1 to 10000",
                "{\"rate\":0} | from 1 to 10000",
                "{\"rate\":1.5} | from 1 to 10000",
                "{\"offset\":true} | an offset such as",
                "{\"dead_letters\":7} | an array of at most",
                "{\"dead_letters\":[7]} | an array of strings",
                "{\"dead_letters\":[\"x\"]} | an offset such as",
                "{\"filter\":[]} | an object for 'filter'",
                "{\"filter\":{\"tables\":[\"orders\"]}} | schema.table",
                "{\"all\":true} | unknown member 'all'",
                "[] | a JSON object",
                "{ | not well-formed JSON"
            })
    void shouldRefuseARedriveThatMakesNoSense(String body, String said) throws IOException {
        RawClient.Answer answer = call("POST", "/v1/groups/orders/redrive", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(said);
        assertThat(node.groups.deadLetters.asked).isEmpty();
    }

    @Test
    void shouldSayThatThereIsNoSuchGroup() throws IOException {
        assertThat(call("GET", "/v1/groups/no/dead-letters", "").status()).isEqualTo(404);
        assertThat(call("POST", "/v1/groups/no/redrive", "").status()).isEqualTo(404);
        assertThat(call("DELETE", "/v1/groups/no/dead-letters", "").status()).isEqualTo(404);
    }
}
