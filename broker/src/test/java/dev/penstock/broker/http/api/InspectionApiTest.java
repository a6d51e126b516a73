package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.GroupInspection.Messages;
import dev.penstock.broker.deliver.GroupInspection.Parked;
import dev.penstock.broker.deliver.GroupInspection.ParkedQuery;
import dev.penstock.broker.deliver.GroupInspection.Place;
import dev.penstock.broker.deliver.GroupInspection.Query;
import dev.penstock.broker.deliver.GroupInspection.Unsettled;
import dev.penstock.broker.deliver.GroupInspection.Waiting;
import dev.penstock.broker.deliver.GroupInspection.Why;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.FakeGroups;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.KeyOrder;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is out of a group, and what waits, over the wire. */
class InspectionApiTest {

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        node.groups.with("orders", GroupConfig.Ordering.KEY);
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private RawClient.Answer get(String query) throws IOException {
        return client.call("GET", "/v1/groups/orders/messages" + query, TestNode.CONSUMER, "");
    }

    private static Unsettled unsettled(
            long offset, State state, OptionalLong remaining, Optional<RenderedEvent> event) {
        UnsettledMessage message = new UnsettledMessage(
                offset, state, new LeaseRef(offset, 7, 0), 5_000, 3, 1_790_000_001_500L, KeyOrder.NONE);
        return new Unsettled(message, remaining, event);
    }

    private static RenderedEvent withoutJson(long offset) {
        RenderedEvent event = FakeGroups.event(offset);
        return new RenderedEvent(
                offset,
                event.id(),
                new byte[0],
                event.action(),
                event.schema(),
                event.table(),
                event.commitLsn(),
                event.commitMicros());
    }

    @Test
    void shouldListWhatIsUnsettled() throws IOException {
        // given
        node.groups.inspection.messages = new Messages(
                90,
                1_790_000_060_000L,
                List.of(
                        unsettled(4, State.LEASED, OptionalLong.of(12_500), Optional.of(withoutJson(4))),
                        unsettled(5, State.READY, OptionalLong.empty(), Optional.empty())),
                OptionalLong.of(9));

        // when
        RawClient.Answer answer = get("");

        // then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("penstock-log-index")).isEqualTo("90");
        assertThat(answer.text())
                .isEqualTo("{\"messages\":[{\"offset\":\"0000000000000004\",\"id\":\""
                        + withoutJson(4).ulid()
                        + "\",\"table\":\"public.orders\",\"action\":\"insert\",\"state\":\"in_flight\","
                        + "\"delivery_count\":3,\"first_delivered_at\":\"2026-09-21T14:13:21.500Z\",\"last_delivered_at\":\"2026-09-21T14:13:21.500Z\","
                        + "\"ends_in\":\"12500ms\",\"ends_at\":\"2026-09-21T14:14:32.500Z\"},"
                        + "{\"offset\":\"0000000000000005\",\"id\":null,\"table\":null,\"action\":null,"
                        + "\"state\":\"ready\",\"delivery_count\":3,\"first_delivered_at\":\"2026-09-21T14:13:21.500Z\",\"last_delivered_at\":\"2026-09-21T14:13:21.500Z\"}],"
                        + "\"next\":\"0000000000000009\"}");
        assertThat(node.groups.inspection.asked).containsExactly(new Query("orders", Optional.empty(), 0, 100, false));
    }

    @Test
    void shouldAskForWhatTheQuerySays() throws IOException {
        get("?state=in_flight&offset=12&limit=1000&events=true");
        get("?state=delayed&events=false");
        get("?state=ready&limit=1");
        get("?state=parked&offset=0000000000000012-ff00000000000001&limit=3");
        get("?state=parked&offset=12&events=true");

        assertThat(node.groups.inspection.asked)
                .containsExactly(
                        new Query("orders", Optional.of(State.LEASED), 12, 1_000, true),
                        new Query("orders", Optional.of(State.DELAYED), 0, 100, false),
                        new Query("orders", Optional.of(State.READY), 0, 1, false),
                        new ParkedQuery("orders", new Place(12, 0xff00000000000001L), 3, false),
                        new ParkedQuery("orders", new Place(12, 0), 100, true));
    }

    @Test
    void shouldShowTheEventsBytesAsTheyAre() throws IOException {
        RenderedEvent event = FakeGroups.event(4);
        node.groups.inspection.messages = new Messages(
                90,
                0,
                List.of(
                        unsettled(4, State.LEASED, OptionalLong.of(1), Optional.of(event)),
                        unsettled(4, State.LEASED, OptionalLong.of(1), Optional.of(event))),
                OptionalLong.empty());

        String text = get("?events=true").text();

        assertThat(text).contains(",\"event\":" + new String(event.json(), StandardCharsets.UTF_8) + "}");
        assertThat(Json.object(text.getBytes(StandardCharsets.UTF_8)).path("messages"))
                .hasSize(2);
        assertThat(text).endsWith("],\"next\":null}");
    }

    @Test
    void shouldSayWhyKeysWait() throws IOException {
        // given
        node.groups.inspection.parked = new Parked(
                91,
                0,
                List.of(
                        new Waiting(
                                new ParkedKey(0xff00000000000001L, 6, 7),
                                Optional.of("public.orders"),
                                Optional.of(withoutJson(6)),
                                Why.KEY,
                                Optional.of(unsettled(4, State.DELAYED, OptionalLong.of(30_000), Optional.empty()))),
                        new Waiting(
                                new ParkedKey(1, 8, 7),
                                Optional.empty(),
                                Optional.empty(),
                                Why.NOTHING,
                                Optional.empty())),
                Optional.of(new Place(9, 0xabcL)));

        // when
        RawClient.Answer answer = get("?state=parked");

        // then
        assertThat(answer.header("penstock-log-index")).isEqualTo("91");
        assertThat(answer.text())
                .isEqualTo("{\"parked\":[{\"key_hash\":\"ff00000000000001\",\"table\":\"public.orders\","
                        + "\"offset\":\"0000000000000006\",\"id\":\""
                        + withoutJson(6).ulid() + "\",\"why\":\"key\","
                        + "\"blocked_by\":{\"offset\":\"0000000000000004\",\"id\":null,\"table\":null,\"action\":null,"
                        + "\"state\":\"delayed\",\"delivery_count\":3,\"first_delivered_at\":\"2026-09-21T14:13:21.500Z\",\"last_delivered_at\":\"2026-09-21T14:13:21.500Z\","
                        + "\"ends_in\":\"30s\",\"ends_at\":\"1970-01-01T00:00:30Z\"}},"
                        + "{\"key_hash\":\"0000000000000001\",\"table\":null,\"offset\":\"0000000000000008\",\"id\":null,"
                        + "\"why\":\"nothing\"}],\"next\":\"0000000000000009-0000000000000abc\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?state=buried | dying, parked or dead",
                "?state=acked | in_flight, delayed, ready, dying, parked or dead",
                "?state= | in_flight, delayed, ready, dying, parked or dead",
                "?state=READY | in_flight, delayed, ready, dying, parked or dead",
                "?limit=0 | limit from 1 to 1000",
                "?limit=1001 | limit from 1 to 1000",
                "?limit=-1 | limit from 1 to 1000",
                "?limit= | limit from 1 to 1000",
                "?limit=99999999999 | limit from 1 to 1000",
                "?offset=x | expected an offset",
                "?offset=-1 | expected an offset",
                "?offset=9223372036854775808 | expected an offset",
                "?offset=1-0000000000000001 | expected an offset",
                "?state=parked&offset=1-1 | expected an offset",
                "?state=parked&offset=9223372036854775808-0000000000000001 | expected an offset",
                "?events=yes | true or false",
                "?payload=true | unknown query parameter 'payload'",
                "?limit=1&limit=2 | given 2 times"
            })
    void shouldRefuseWhatItDoesNotUnderstand(String query, String said) throws IOException {
        RawClient.Answer answer = get(query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("INVALID_REQUEST", said);
        assertThat(node.groups.inspection.asked).isEmpty();
    }

    @Test
    void shouldRefuseAnUnknownGroup() throws IOException {
        RawClient.Answer answer = client.call("GET", "/v1/groups/no/messages", TestNode.CONSUMER, "");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("UNKNOWN_GROUP");
    }
}
