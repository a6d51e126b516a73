package dev.penstock.cluster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.client.ClientOptions;
import dev.penstock.client.DeadLetters;
import dev.penstock.client.DeadLetters.Letter;
import dev.penstock.client.Event;
import dev.penstock.client.GroupInfo;
import dev.penstock.client.GroupSpec;
import dev.penstock.client.Message;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.PenstockException;
import dev.penstock.client.ReceiveOptions;
import dev.penstock.client.Received;
import dev.penstock.cluster.rig.ClusterRig;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A group whose consumer fails on everything, over a change of the leader, and what becomes of it afterwards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLettersClusterIT {
    private static final int ROWS = 300;
    private static final String GROUP = "poisoned";

    private TestPostgres postgres;
    private TestCluster cluster;

    @BeforeAll
    void startCluster() throws Exception {
        postgres = TestPostgres.any();
        cluster = TestCluster.start(postgres);
    }

    @AfterAll
    void stopCluster() throws Exception {
        cluster.close();
        postgres.close();
    }

    private ClusterRig rig() {
        return cluster.rig();
    }

    private PenstockClient client() {
        return new PenstockClient(
                rig().nodes().stream().map(node -> URI.create(node.url())).toList(),
                rig().plan().key().token(),
                ClientOptions.defaults().withRetryFor(Duration.ofSeconds(20)));
    }

    /** Promise 6: Unsettled comes back. Until it is dead: then its event is kept, once, and delivered again when it is put back. */
    @Test
    void shouldKeepEveryDeadLetterOnceOverAChangeOfTheLeader() throws Exception {
        // given
        PenstockClient client = client();
        client.createGroup(GroupSpec.named(GROUP)
                .on(ClusterRig.STREAM)
                .visibleAfter(Duration.ofSeconds(5))
                .atMostDelivered(2)
                .ofTables(List.of("public.orders"))
                .matching("record.note like 'poison %'"));
        postgres.execute("insert into orders (status, note) select 'new', 'poison ' || i from generate_series(1, "
                + ROWS + ") i");

        // when: all deliveries fail, and the leader dies in the middle
        Map<String, Integer> deliveries = new HashMap<>();
        boolean killed = false;
        while (client.group(GROUP).deadLetters() < ROWS) {
            failAll(client, deliveries);
            if (!killed && client.group(GROUP).deadLetters() > ROWS / 4) {
                rig().process(rig().leader()).kill();
                killed = true;
            }
        }

        // then
        GroupInfo group = client.group(GROUP);
        assertThat(killed).isTrue();
        assertThat(group.inFlight() + group.ready() + group.dying()).isZero();
        List<Letter> letters = all(client.deadLetters(GROUP));
        assertThat(letters).hasSize(ROWS).allSatisfy(letter -> {
            assertThat(letter.reason()).isEqualTo("max_deliveries");
            assertThat(letter.deliveryCount()).isEqualTo(2);
        });
        assertThat(notes(letters)).hasSize(ROWS);

        // when: they are put back
        Optional<String> next;
        DeadLetters.Selection selection = DeadLetters.Selection.ALL.atMost(100);
        do {
            next = client.deadLetters(GROUP).redrive(selection).next();
            selection = selection.from(next.orElse(null));
        } while (next.isPresent());

        // then: each comes as it was
        Map<String, Event> delivered = new HashMap<>();
        Awaitility.await("all that was put back").atMost(Duration.ofSeconds(60)).until(() -> {
            Received received = client.receive(GROUP, ReceiveOptions.upTo(100).waiting(Duration.ofSeconds(1)));
            client.ack(GROUP, received.receipts());
            received.messages().forEach(message -> delivered.put(message.event().id(), message.event()));
            return delivered.size() >= ROWS;
        });
        letters.forEach(letter -> assertThat(delivered.get(letter.id()))
                .hasToString(letter.event().orElseThrow().toString()));
        assertThat(client.group(GROUP).deadLetters()).isZero();
    }

    /** At most two of each: the limit holds over the fail-over, since an answer that may have been lost counts as delivered. */
    private static void failAll(PenstockClient client, Map<String, Integer> deliveries) {
        try {
            Received received = client.receive(GROUP, ReceiveOptions.upTo(50).waiting(Duration.ofMillis(500)));
            for (Message message : received.messages()) {
                assertThat(deliveries.merge(message.event().id(), 1, Integer::sum))
                        .isLessThanOrEqualTo(2);
            }
            if (!received.messages().isEmpty()) {
                client.nack(GROUP, received.receipts(), Duration.ZERO);
            }
        } catch (PenstockException unavailable) {
            // Between two leaders; what was leased comes back, or dies, at its deadline.
            if (unavailable.status() > 0 && unavailable.status() < 500) {
                throw unavailable;
            }
        }
    }

    private static List<Letter> all(DeadLetters deadLetters) {
        List<Letter> letters = new ArrayList<>();
        String from = null;
        do {
            DeadLetters.Page page = deadLetters.list(from, 70, true);
            letters.addAll(page.letters());
            from = page.next().orElse(null);
        } while (from != null);
        return letters;
    }

    private static Set<String> notes(List<Letter> letters) {
        Set<String> notes = new HashSet<>();
        letters.forEach(letter ->
                notes.add(letter.event().orElseThrow().row().path("note").asText()));
        return notes;
    }
}
