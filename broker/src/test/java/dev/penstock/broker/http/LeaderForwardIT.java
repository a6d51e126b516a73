package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes in one process: n1 leads, n2 forwards. */
class LeaderForwardIT {

    private static final String RECEIVE = "/v1/groups/orders/receive";

    private TestNode leader;
    private TestNode follower;

    @BeforeEach
    void start() throws IOException {
        leader = TestNode.start("n1", new FakeGroups().with("orders", GroupConfig.Ordering.NONE));
        follower = TestNode.start("n2", new FakeGroups());
        leader.leader.leads("n1");
        follower.leader.follows("n1");
        follower.peers.put("n1", leader.uri());
        leader.peers.put("n2", follower.uri());
    }

    @AfterEach
    void stop() {
        follower.close();
        leader.close();
    }

    @Test
    void shouldRelayTheLeadersAnswerByteForByte() throws IOException {
        leader.groups.add("orders", 2);
        try (RawClient client = follower.connect();
                RawClient direct = leader.connect()) {
            RawClient.Answer received = client.call("POST", RECEIVE, TestNode.ADMIN, "{\"max\":1}");
            RawClient.Answer same = direct.call("POST", RECEIVE, TestNode.ADMIN, "{\"max\":1}");

            assertThat(received.status()).isEqualTo(200);
            assertThat(received.text())
                    .isEqualTo(same.text()
                            .replace("orders-1-1", "orders-0-1")
                            .replace("\"id\":1", "\"id\":0")
                            .replace("e1", "e0")
                            .replace("0001\"", "0000\""));
            assertThat(received.header("penstock-log-index")).isNotEmpty();
            assertThat(received.header("content-type")).isEqualTo("application/json");
        }
        assertThat(follower.groups.receives.get()).isZero();
        assertThat(follower.counters.forwarded()).isEqualTo(1);
    }

    @Test
    void shouldForwardSqsWithTheHostThatTheClientUsed() throws IOException {
        try (RawClient client = follower.connect()) {
            RawClient.Answer answer = client.sqs("GetQueueUrl", TestNode.CONSUMER, "{\"QueueName\":\"orders\"}");

            assertThat(answer.text()).isEqualTo("{\"QueueUrl\":\"http://node:7800/000000000000/orders\"}");
        }
    }

    @Test
    void shouldRelayErrorsInTheirProtocol() throws IOException {
        try (RawClient client = follower.connect()) {
            assertThat(client.call("POST", "/v1/groups/unknown/receive", TestNode.ADMIN, "{}")
                            .text())
                    .contains("UNKNOWN_GROUP");
            assertThat(client.sqs("GetQueueUrl", TestNode.ADMIN, "{\"QueueName\":\"unknown\"}")
                            .text())
                    .contains("QueueDoesNotExist");
        }
    }

    /** Scopes with patterns go along: the leader does not know this key, and must not have to. */
    @Test
    void shouldJudgeAForwardedRequestByTheScopesThatWereFound() throws IOException {
        leader.groups.with("x", GroupConfig.Ordering.NONE);
        follower.keys.create(Optional.of("FAR"), List.of("consume:x")).join();
        String token = "Bearer FAR." + follower.keys.rotate("FAR", 0).join().secret();
        try (RawClient client = follower.connect()) {
            assertThat(client.call("POST", "/v1/groups/x/receive", token, "{}").status())
                    .isEqualTo(200);
            assertThat(client.call("POST", RECEIVE, token, "{}").status()).isEqualTo(403);
            assertThat(client.call("GET", "/v1/groups", token, "").text())
                    .contains("\"name\":\"x\"")
                    .doesNotContain("orders");
            assertThat(client.sqs("ListQueues", token, "{}").text())
                    .isEqualTo("{\"QueueUrls\":[\"http://node:7800/000000000000/x\"]}");
            assertThat(client.sqs("GetQueueUrl", token, "{\"QueueName\":\"orders\"}")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void shouldCheckTheKeyBeforeForwarding() throws IOException {
        try (RawClient client = follower.connect()) {
            assertThat(client.call("POST", RECEIVE, "Bearer ADMIN.wrong", "{}").status())
                    .isEqualTo(401);
        }
        assertThat(follower.counters.forwarded()).isZero();
    }

    @Test
    void shouldCancelAtTheLeaderWhenTheClientHangsUp() throws IOException {
        // given a long poll through the follower
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", RECEIVE, TestNode.ADMIN, "{\"wait\":\"20s\"}"));
            await().until(() -> leader.groups.waiting("orders") == 1);
        }

        // when its client has gone and a message comes
        await().atMost(Duration.ofSeconds(5)).until(() -> leader.groups.cancelled.get() == 1);
        leader.groups.add("orders", 1);

        // then nobody holds it
        assertThat(leader.groups.leased("orders")).isZero();
    }

    @Test
    void shouldGiveBackWhatTheFollowerGetsTooLate() throws IOException {
        // given a grant that has grown old on its way
        leader.groups.add("orders", 1);
        leader.groups.grantAgeNanos = Duration.ofSeconds(20).toNanos();
        try (RawClient client = follower.connect()) {
            RawClient.Answer answer = client.call("POST", RECEIVE, TestNode.ADMIN, "{\"visibility_timeout\":\"30s\"}");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("ANSWER_TOO_LATE");
        }
        await().until(() -> leader.groups.released.get() == 1);
        assertThat(leader.groups.leased("orders")).isZero();
    }

    @Test
    void shouldGiveBackWhatCameTooLateOverTheNetwork() throws IOException {
        // given an answer that was fresh at the leader and needed 100 ms to the follower, of 50 it had
        AtomicInteger unused = new AtomicInteger();
        ForwardedAnswer fresh = new ForwardedAnswer.Answer(
                Response.text(200, Response.JSON, "{}"),
                0,
                Duration.ofMillis(50).toNanos());
        leader.forwardOverride = Optional.of(call -> {
            call.onUnused(unused::incrementAndGet);
            return CompletableFuture.supplyAsync(
                    fresh::encode, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
        });
        try (RawClient client = follower.connect()) {
            assertThat(client.call("POST", RECEIVE, TestNode.ADMIN, "{}").text())
                    .contains("ANSWER_TOO_LATE");
        }

        await().until(() -> unused.get() == 1);
    }

    @Test
    void shouldWaitForALeaderWithinTheRequestsTime() throws IOException {
        // given no leader
        follower.leader.leaderless();
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", "/v1/groups/orders/ack", TestNode.ADMIN, "{\"receipts\":[\"x\"]}"));
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            assertThat(leader.groups.acks.get()).isZero();

            // when there is one again
            follower.leader.follows("n1");

            // then the request goes there
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldAnswerHereWhenThisNodeBecomesTheLeader() throws IOException {
        follower.leader.leaderless();
        follower.groups.with("orders", GroupConfig.Ordering.NONE);
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", RECEIVE, TestNode.ADMIN, "{}"));
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);

            follower.leader.leads("n2");

            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(follower.groups.receives.get()).isEqualTo(1);
    }

    @Test
    void shouldSay503AtTheEndOfItsWait() throws IOException {
        follower.leader.leaderless();
        long start = System.nanoTime();
        try (RawClient client = follower.connect()) {
            RawClient.Answer answer = client.call("POST", RECEIVE, TestNode.ADMIN, "{\"wait\":0}");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isEqualTo("1");
            assertThat(answer.text()).contains("NO_LEADER");

            RawClient.Answer sqs =
                    client.sqs("ReceiveMessage", TestNode.ADMIN, "{\"QueueUrl\":\"orders\",\"WaitTimeSeconds\":0}");

            assertThat(sqs.status()).isEqualTo(503);
            assertThat(sqs.header("x-amzn-query-error")).isEqualTo("ServiceUnavailable;Receiver");
            assertThat(sqs.header("retry-after")).isEqualTo("1");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void shouldNeverForwardTwice() throws IOException {
        // given two nodes that each take the other for the leader
        leader.leader.follows("n2");
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", RECEIVE, TestNode.ADMIN, "{\"wait\":\"1s\"}"));
            await().until(() -> follower.counters.forwarded() >= 2);
            assertThat(leader.counters.forwarded()).isZero();

            // when one of them leads after all
            leader.leader.leads("n1");

            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldTryAgainAfterAnUnknownOutcomeOnlyWhatMayBeRepeated() throws IOException {
        // given a leader whose first answers are lost
        AtomicInteger calls = new AtomicInteger();
        leader.groups.ackOverride = receipts -> calls.incrementAndGet() <= 2
                ? Optional.of(
                        CompletableFuture.failedFuture(new Refused(Refused.Code.OUTCOME_UNKNOWN, "lost in the log")))
                : Optional.empty();
        try (RawClient client = follower.connect()) {
            // when, then: an ack is repeated until it is decided
            RawClient.Answer ack =
                    client.call("POST", "/v1/groups/orders/ack", TestNode.ADMIN, "{\"receipts\":[\"x\"]}");
            assertThat(ack.status()).isEqualTo(200);
            assertThat(calls.get()).isEqualTo(3);

            // and a receive with acks is not
            calls.set(0);
            RawClient.Answer receive = client.call("POST", RECEIVE, TestNode.ADMIN, "{\"acks\":[\"x\"]}");
            assertThat(receive.status()).isEqualTo(503);
            assertThat(receive.text()).contains("OUTCOME_UNKNOWN");
            assertThat(calls.get()).isEqualTo(1);
        }
    }

    @Test
    void shouldGoToTheNewLeaderWhenTheOldOneIsSilent() throws IOException {
        // given an ack on its way to a leader that does not answer
        leader.groups.ackOverride = receipts -> Optional.of(new CompletableFuture<>());
        TestNode next = TestNode.start("n3", new FakeGroups().with("orders", GroupConfig.Ordering.NONE));
        try (RawClient client = follower.connect();
                TestNode n3 = next) {
            n3.leader.leads("n3");
            follower.peers.put("n3", n3.uri());
            client.send(RawClient.request("POST", "/v1/groups/orders/ack", TestNode.ADMIN, "{\"receipts\":[\"x\"]}"));
            await().until(() -> leader.groups.acks.get() == 1);

            // when another leads
            follower.leader.follows("n3");

            // then it decides
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(n3.groups.acks.get()).isEqualTo(1);
        }
    }

    @Test
    void shouldTell503ForALongPollWhoseLeaderIsLost() throws IOException {
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", RECEIVE, TestNode.ADMIN, "{\"wait\":\"20s\"}"));
            await().until(() -> leader.groups.waiting("orders") == 1);

            leader.close();

            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("OUTCOME_UNKNOWN");
        }
    }

    @Test
    void shouldTryAnotherTimeWhileTheLeaderIsNotReachable() throws IOException {
        // given an address where nobody listens
        follower.peers.put("n1", URI.create("http://127.0.0.1:1"));
        try (RawClient client = follower.connect()) {
            client.send(RawClient.request("POST", RECEIVE, TestNode.ADMIN, "{\"wait\":\"3s\"}"));
            await().until(() -> follower.counters.forwarded() >= 2);

            follower.peers.put("n1", leader.uri());

            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
