package dev.penstock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PenstockClientTest {

    private final FakeNode node = new FakeNode();
    private final PenstockClient client = new PenstockClient(node.url(), "id.secret");

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void shouldCreateAGroup() {
        // given
        node.answers(201, "{\"name\":\"workers\",\"stream\":\"main\",\"backlog\":7,\"new_member\":true}");

        // when
        GroupInfo group = client.createGroup(GroupSpec.named("workers")
                .on("main")
                .from(StartAt.earliest())
                .visibleAfter(Duration.ofSeconds(45))
                .atMostDelivered(5)
                .ofTables(List.of("public.orders"))
                .ofActions(List.of("insert")));

        // then
        assertThat(group.name()).isEqualTo("workers");
        assertThat(group.backlog()).isEqualTo(7);
        assertThat(node.asked())
                .containsExactly("POST /v1/groups {\"name\":\"workers\",\"stream\":\"main\",\"start\":\"earliest\","
                        + "\"visibility_timeout\":\"45s\",\"max_deliveries\":5,"
                        + "\"filter\":{\"tables\":[\"public.orders\"],\"actions\":[\"insert\"]}}");
    }

    @Test
    void shouldTryAFilter() {
        // given
        node.answers(200, """
                {"stream":"main","complete":false,"matched":3,"not_matched":5,"failed":1,"matches":[
                  {"offset":"0000000000004711","event":{"id":"01J5","offset":"0000000000004711"}},
                  {"offset":"0000000000004712","filter_error":"no number","event":{"offset":"0000000000004712"}}]}
                """);

        // when
        FilterTest result = client.testFilter(GroupSpec.named("any").matching("record.amount > 100"), 9);

        // then
        assertThat(result.matched()).isEqualTo(3);
        assertThat(result.notMatched()).isEqualTo(5);
        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.complete()).isFalse();
        assertThat(result.matches())
                .extracting(match -> match.event().offset())
                .containsExactly("0000000000004711", "0000000000004712");
        assertThat(result.matches()).extracting(FilterTest.Match::filterError).containsExactly("", "no number");
        assertThat(node.asked())
                .containsExactly("POST /v1/filters/test {\"filter\":{\"where\":\"record.amount > 100\"},\"last\":9}");
    }

    @Test
    void shouldSayWhatIsOutAndWhatWaits() {
        // given
        node.answers(200, """
                        {"messages":[{"offset":"0000000000000004","id":"01H","table":null,"action":"message",
                          "state":"delayed","delivery_count":3,"first_delivered_at":"2026-11-21T10:00:00Z",
                          "ends_in":"30s","ends_at":"2026-11-21T10:00:30Z","event":{"offset":"0000000000000004"}}],
                         "next":"0000000000000005"}
                        """).answers(200, """
                        {"parked":[{"key_hash":"00000000000f4241","table":"public.orders","offset":"0000000000000006",
                          "id":null,"why":"key","blocked_by":{"offset":"0000000000000004","state":"ready"}},
                          {"key_hash":"00000000000f4242","table":null,"why":"nothing"}],"next":null}
                        """);

        // when
        GroupMessages out = client.messages("workers", "delayed", "4", 10, true);
        GroupMessages parked = client.messages("workers", "parked", null, 1_000, false);

        // then
        GroupMessages.Unsettled message = out.messages().get(0);
        assertThat(message.state()).isEqualTo("delayed");
        assertThat(message.deliveryCount()).isEqualTo(3);
        assertThat(message.table()).isEmpty();
        assertThat(message.endsIn()).isEqualTo("30s");
        assertThat(message.event().orElseThrow().offset()).isEqualTo("0000000000000004");
        assertThat(out.next()).hasValue("0000000000000005");
        assertThat(out.parked()).isEmpty();
        assertThat(parked.parked()).extracting(GroupMessages.Parked::why).containsExactly("key", "nothing");
        assertThat(parked.parked().get(0).blockedBy().orElseThrow().state()).isEqualTo("ready");
        assertThat(parked.parked().get(1).blockedBy()).isEmpty();
        assertThat(parked.next()).isEmpty();
        assertThat(node.asked())
                .containsExactly(
                        "GET /v1/groups/workers/messages?limit=10&state=delayed&offset=4&events=true",
                        "GET /v1/groups/workers/messages?limit=1000&state=parked");
    }

    @Test
    void shouldSendNoMemberThatTakesTheDefault() {
        node.answers(200, "{\"name\":\"g\"}");

        client.createGroup(GroupSpec.named("g"));

        assertThat(node.asked()).containsExactly("POST /v1/groups {\"name\":\"g\"}");
    }

    @Test
    void shouldReceiveAndSettleInOneRequest() {
        // given
        node.answers(200, """
                {"messages":[{"receipt":"r1","delivery_count":2,"first_delivered_at":"2026-11-21T10:00:00Z",
                  "event":{"id":"01J5","offset":"0000000000004711","action":"update",
                   "record":{"id":42,"amount":"19.90","ratio":1.10},"changes":{"status":"new"},"unchanged":["note"],
                   "metadata":{"stream":"main","schema":"public","table":"orders","key":{"id":42},
                    "commit_lsn":"0/16B3748","commit_ordinal":3,"commit_timestamp":"2026-11-21T10:00:00.123456Z"}}}],
                 "ack_results":[{"ok":true},{"ok":false,"error":"LEASE_LOST"}]}
                """, "penstock-log-index: 99");

        // when
        Received received = client.receive(
                "workers",
                ReceiveOptions.upTo(100)
                        .waiting(Duration.ofSeconds(20))
                        .visibleAfter(Duration.ofMillis(1500))
                        .acking(List.of("a", "b")));

        // then
        assertThat(received.logIndex()).isEqualTo(99);
        assertThat(received.receipts()).containsExactly("r1");
        assertThat(received.ackResults())
                .containsExactly(new ItemResult(true, ""), new ItemResult(false, "LEASE_LOST"));
        Message message = received.messages().get(0);
        assertThat(message.deliveryCount()).isEqualTo(2);
        assertThat(message.firstDeliveredAt()).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
        Event event = message.event();
        assertThat(event.offset()).isEqualTo("0000000000004711");
        assertThat(event.action()).isEqualTo("update");
        assertThat(event.schema() + "." + event.table()).isEqualTo("public.orders");
        assertThat(event.key().path("id").asLong()).isEqualTo(42);
        assertThat(event.commitLsn()).isEqualTo("0/16B3748");
        assertThat(event.commitOrdinal()).isEqualTo(3);
        assertThat(event.commitTimestamp()).isEqualTo(Instant.parse("2026-11-21T10:00:00.123456Z"));
        assertThat(event.row().path("ratio").toString()).isEqualTo("1.10");
        assertThat(event.changes().path("status").asText()).isEqualTo("new");
        assertThat(node.asked())
                .containsExactly("POST /v1/groups/workers/receive"
                        + " {\"max\":100,\"wait\":\"20s\",\"visibility_timeout\":\"PT1.5S\",\"acks\":[\"a\",\"b\"]}");
    }

    @Test
    void shouldSettle() {
        // given
        node.answers(
                        200,
                        "{\"results\":[{\"ok\":true},{\"ok\":false,\"error\":\"LEASE_LOST\"}]}",
                        "penstock-log-index: 5")
                .answers(200, "{\"results\":[{\"ok\":true}]}")
                .answers(200, "{\"results\":[{\"ok\":true}]}");

        // when
        Settled acked = client.ack("g", List.of("a", "b"));
        Settled nacked = client.nack("g", List.of("a"), Duration.ofSeconds(5));
        Settled extended = client.extend("g", List.of("a"), Duration.ofMinutes(1));

        // then
        assertThat(acked.logIndex()).isEqualTo(5);
        assertThat(acked.allOk()).isFalse();
        assertThat(acked.results()).extracting(ItemResult::error).containsExactly("", "LEASE_LOST");
        assertThat(nacked.allOk()).isTrue();
        assertThat(extended.allOk()).isTrue();
        assertThat(node.asked().get(0)).isEqualTo("POST /v1/groups/g/ack {\"receipts\":[\"a\",\"b\"]}");
        assertThat(node.asked().get(1)).startsWith("POST /v1/groups/g/nack ").contains("\"delay\":\"5s\"");
        assertThat(node.asked().get(2))
                .startsWith("POST /v1/groups/g/extend ")
                .contains("\"visibility_timeout\":\"60s\"");
    }

    @Test
    void shouldSeekToEveryKindOfPosition() {
        // given
        List<StartAt> positions = List.of(
                StartAt.latest(),
                StartAt.offset("4711"),
                StartAt.time(Instant.parse("2026-11-21T10:00:00Z")),
                StartAt.lsn("0/16B3748"));
        positions.forEach(position ->
                node.answers(200, "{\"from\":\"0000000000000001\",\"to\":\"0000000000000009\",\"events\":8}"));

        // when
        Sought sought = new Sought("", "", 0);
        for (StartAt position : positions) {
            sought = client.seek("g", position, true);
        }

        // then
        assertThat(sought).isEqualTo(new Sought("0000000000000001", "0000000000000009", 8));
        assertThat(node.asked())
                .containsExactly(
                        "POST /v1/groups/g/seek {\"to\":\"latest\",\"dry_run\":true}",
                        "POST /v1/groups/g/seek {\"to\":{\"offset\":\"4711\"},\"dry_run\":true}",
                        "POST /v1/groups/g/seek {\"to\":{\"time\":\"2026-11-21T10:00:00Z\"},\"dry_run\":true}",
                        "POST /v1/groups/g/seek {\"to\":{\"lsn\":\"0/16B3748\"},\"dry_run\":true}");
    }

    @Test
    void shouldListAndDescribeGroupsAndDeleteOne() {
        // given
        node.answers(200, "{\"groups\":[{\"name\":\"a\"},{\"name\":\"b\"}]}")
                .answers(200, "[{\"name\":\"c\"}]")
                .answers(
                        200,
                        "{\"name\":\"a\",\"in_flight\":3,\"oldest_unsettled_age\":1.250,\"floor\":\"0000000000000007\"}")
                .answers(204, "");

        // when, then
        assertThat(client.groups()).extracting(GroupInfo::name).containsExactly("a", "b");
        assertThat(client.groups()).extracting(GroupInfo::name).containsExactly("c");
        GroupInfo group = client.group("a b");
        assertThat(group.inFlight()).isEqualTo(3);
        assertThat(group.oldestUnsettledAge()).isEqualTo(1.25);
        assertThat(group.floor()).isEqualTo("0000000000000007");
        client.deleteGroup("a");
        assertThat(node.asked()).contains("GET /v1/groups/a%20b", "DELETE /v1/groups/a");
    }

    @Test
    void shouldReadStreams() {
        // given
        node.answers(
                        200,
                        "{\"streams\":[{\"name\":\"main\",\"earliest\":\"0\",\"latest\":\"9\",\"bytes\":10,\"events\":9,\"retention\":null}]}")
                .answers(200, "{\"name\":\"main\",\"earliest\":\"0\",\"latest\":\"9\",\"bytes\":10,\"events\":9}")
                .answers(200, "{\"events\":[{\"offset\":\"0000000000000003\"}],\"next\":\"0000000000000004\"}")
                .answers(200, "{\"events\":[],\"next\":\"0000000000000000\"}");

        // when, then
        StreamInfo main = new StreamInfo("main", "0", "9", 10, 9, null);
        assertThat(client.streams()).containsExactly(main);
        assertThat(client.stream("main")).isEqualTo(main);
        EventPage page = client.events("main", "3", 50, Duration.ofSeconds(2));
        assertThat(page.next()).isEqualTo("0000000000000004");
        assertThat(page.events()).extracting(Event::offset).containsExactly("0000000000000003");
        assertThat(client.events("main", null, 1, Duration.ZERO).events()).isEmpty();
        assertThat(node.asked())
                .endsWith(
                        "GET /v1/streams/main/events?limit=50&offset=3&wait=2s", "GET /v1/streams/main/events?limit=1");
    }

    @Test
    void shouldReadTheClusterAlsoWithoutALeader() {
        // given
        node.answers(200, """
                {"cluster_id":"c1","leader":null,"term":4,
                 "nodes":[{"id":"n1","http":"http://a:7800","role":"follower","term":4,"applied_index":10,"commit_index":11,
                   "log_end_offset":"0000000000000009","digest":{"offset":"0000000000000009","value":"ab12"}},
                  {"id":"n2","http":"http://b:7800","role":"down"}],
                 "sources":[{"name":"main","state":"streaming","code":"ok","confirmed_lsn":"0/1","durable_lsn":"0/2","lag_bytes":1}]}
                """);

        // when
        ClusterInfo cluster = client.cluster();

        // then
        assertThat(cluster.leader()).isNull();
        assertThat(cluster.nodes()).extracting(ClusterInfo.Node::role).containsExactly("follower", "down");
        assertThat(cluster.nodes().get(0).digest()).isEqualTo(new ClusterInfo.Digest("0000000000000009", "ab12"));
        assertThat(cluster.sources().get(0).lagBytes()).isEqualTo(1);
    }

    @Test
    void shouldTellHealth() {
        node.answers(200, "{}").answers(503, "{}");
        assertThat(client.isHealthy("live")).isTrue();
        assertThat(client.isHealthy("ready")).isFalse();
    }

    @Test
    void shouldThrowWhatTheServerRefused() {
        // given
        node.answers(
                404,
                "{\"type\":\"urn:x\",\"title\":\"No such group\",\"status\":404,\"code\":\"UNKNOWN_GROUP\","
                        + "\"detail\":\"there is no group 'g'\",\"request_id\":\"q1\"}");

        // then
        assertThatThrownBy(() -> client.group("g")).isInstanceOfSatisfying(PenstockException.class, e -> {
            assertThat(e.status()).isEqualTo(404);
            assertThat(e.code()).isEqualTo("UNKNOWN_GROUP");
            assertThat(e.detail()).isEqualTo("there is no group 'g'");
            assertThat(e.requestId()).isEqualTo("q1");
            assertThat(e.isUnavailable()).isFalse();
        });
    }

    @Test
    void shouldThrowAnAnswerThatIsNoJson() {
        node.answers(502, "<html>", "Content-Type: text/html")
                .answers(200, "<html>")
                .answers(200, "{\"next\":[");
        assertThatThrownBy(client::cluster)
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo("HTTP_502"));
        assertThatThrownBy(client::groups)
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo("UNREADABLE"));
        assertThatThrownBy(() -> client.events("main", null, 1, Duration.ZERO))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo("UNREADABLE"));
    }

    @Test
    void shouldNotRepeatWithAWrongToken() {
        PenstockClient stranger = new PenstockClient(node.url(), "id.wrong");
        assertThatThrownBy(stranger::cluster)
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.status()).isEqualTo(401));
        assertThat(node.asked()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNoUrl() {
        assertThatThrownBy(() -> new PenstockClient(URI.create("localhost:7800"), "t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://127.0.0.1:7800");
        assertThatThrownBy(() -> new PenstockClient(List.of(), "t", ClientOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
