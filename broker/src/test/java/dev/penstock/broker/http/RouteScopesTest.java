package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.keys.KeyService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every route of the table, whoever added it, against keys that must not pass and keys that must. A route has a rule or does
 * not compile; that the rule finds its object is seen here: each request is about an object named {@code x}.
 */
class RouteScopesTest {

    private static final Map<Scope, String> KEY_OF_ALL = new EnumMap<>(Map.of(
            Scope.MONITOR, "MONITOR",
            Scope.CONSUME, "CONSUMER",
            Scope.READ, "READER",
            Scope.SEND, "SENDER",
            Scope.ADMIN, "ADMIN"));

    private static final Map<Scope, String> KEY_OF_X = new EnumMap<>(Map.of(
            Scope.CONSUME, "CONSUMES-X",
            Scope.READ, "READS-X",
            Scope.SEND, "SENDS-X"));

    private static TestNode node;
    private static String revoked;
    private static String rotated;

    @BeforeAll
    static void start() throws IOException {
        node = TestNode.start();
        KeyService.Issued gone =
                node.keys.create(Optional.of("GONE"), List.of("admin")).join();
        node.keys.revoke("GONE", false).join();
        revoked = "Bearer GONE." + gone.secret();
        KeyService.Issued old =
                node.keys.create(Optional.of("ROTATED"), List.of("admin")).join();
        node.keys.rotate("ROTATED", 0).join();
        rotated = "Bearer ROTATED." + old.secret();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @TestFactory
    List<DynamicTest> shouldDenyByDefault() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Route route : node.router.routes()) {
            if (route.access().isOpen()) {
                assertThat(route.name()).as("only probes are open").startsWith("GET /health/");
                continue;
            }
            int unauthenticated = route.method().isEmpty() ? 403 : 401;
            tests.add(expect(route, "no key", "", unauthenticated));
            tests.add(expect(route, "no scheme", "ADMIN." + TestNode.SECRET, unauthenticated));
            tests.add(expect(route, "wrong secret", "Bearer ADMIN.wrong", unauthenticated));
            tests.add(expect(route, "longer secret", "Bearer ADMIN." + TestNode.SECRET + "x", unauthenticated));
            tests.add(expect(route, "unknown id", "Bearer NOBODY." + TestNode.SECRET, unauthenticated));
            tests.add(expect(route, "empty token", "Bearer .", unauthenticated));
            tests.add(expect(route, "revoked key", revoked, unauthenticated));
            tests.add(expect(route, "secret before a rotation", rotated, unauthenticated));
            tests.add(expect(
                    route,
                    "made-up signature",
                    "AWS4-HMAC-SHA256 Credential=ADMIN/20261121/x/sqs/aws4_request, SignedHeaders=host, Signature=00",
                    unauthenticated));
            tests.addAll(scopes(route));
        }
        return tests;
    }

    private static List<DynamicTest> scopes(Route route) {
        Set<Scope> wanted = wanted(route);
        boolean ofObject = route.access() instanceof Access.Covering;
        List<DynamicTest> tests = new ArrayList<>();
        KEY_OF_ALL.forEach((scope, key) -> tests.add(
                wanted.contains(scope) || scope == Scope.ADMIN
                        ? passes(route, "scope " + scope, key)
                        : expect(route, "scope " + scope, bearer(key), 403)));
        KEY_OF_X.forEach((scope, key) -> tests.add(
                wanted.contains(scope)
                        ? passes(route, "scope " + scope + " of x", key)
                        : expect(route, "scope " + scope + " of x", bearer(key), 403)));
        if (ofObject) {
            tests.add(expect(route, "its scope of other objects", bearer("OTHERS"), 403));
        }
        return tests;
    }

    private static Set<Scope> wanted(Route route) {
        return route.access() instanceof Access.Covering covering
                ? covering.scopes()
                : ((Access.Holding) route.access()).scopes();
    }

    private static DynamicTest passesAsForm(String action, String key) {
        return DynamicTest.dynamicTest(
                action + " as a form, key " + key + " passes",
                () -> assertThat(form(action, bearer(key)).status()).isNotIn(401, 403, 500));
    }

    private static String bearer(String key) {
        return "Bearer " + key + "." + TestNode.SECRET;
    }

    private static DynamicTest passes(Route route, String what, String key) {
        return DynamicTest.dynamicTest(
                route.name() + ": " + what + " passes",
                () -> assertThat(call(route, bearer(key)).status()).isNotIn(401, 403, 500));
    }

    private static DynamicTest expect(Route route, String what, String authorization, int status) {
        return DynamicTest.dynamicTest(route.name() + ": " + what + " -> " + status, () -> {
            RawClient.Answer answer = call(route, authorization);

            assertThat(answer.status()).isEqualTo(status);
            if (route.method().isEmpty()) {
                assertThat(answer.text()).contains("__type");
                assertThat(answer.header("x-amzn-query-error")).endsWith(";Sender");
                assertThat(answer.header("x-amzn-requestid")).isNotEmpty();
            } else {
                assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            }
            assertThat(answer.text()).doesNotContain(TestNode.SECRET);
        });
    }

    private static RawClient.Answer call(Route route, String authorization) throws IOException {
        try (RawClient client = node.connect()) {
            if (route.method().isEmpty()) {
                String body = "{\"QueueUrl\":\"http://elsewhere/000000000000/x\",\"QueueName\":\"x\"}";
                return client.sqs(route.path().substring("AmazonSQS.".length()), authorization, body);
            }
            String path = route.path().replaceAll("\\{[a-z]+\\}", "x");
            return client.call(route.method().get(), path, authorization, "");
        }
    }

    /** The Query protocol leads to the same operations: it must not lead around the keys. */
    @TestFactory
    List<DynamicTest> shouldDenyFormsByDefault() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Route route : node.router.routes()) {
            if (route.method().isEmpty()) {
                String action = route.path().substring("AmazonSQS.".length());
                tests.add(expectForm(action, "", 403));
                tests.add(expectForm(action, "Bearer ADMIN.wrong", 403));
                Set<Scope> wanted = wanted(route);
                KEY_OF_ALL.forEach((scope, key) -> tests.add(
                        wanted.contains(scope) || scope == Scope.ADMIN
                                ? passesAsForm(action, key)
                                : expectForm(action, bearer(key), 403)));
                if (route.access() instanceof Access.Covering) {
                    tests.add(expectForm(action, bearer("OTHERS"), 403));
                }
            }
        }
        return tests;
    }

    private static DynamicTest expectForm(String action, String authorization, int status) {
        return DynamicTest.dynamicTest(action + " as a form, '" + authorization + "' -> " + status, () -> {
            RawClient.Answer answer = form(action, authorization);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.text()).contains("<ErrorResponse ").doesNotContain(TestNode.SECRET);
        });
    }

    private static RawClient.Answer form(String action, String authorization) throws IOException {
        try (RawClient client = node.connect()) {
            return client.call("POST", "/?Action=" + action, authorization, "");
        }
    }

    @Test
    void shouldNotTellStrangersWhatExists() throws IOException {
        try (RawClient client = node.connect()) {
            assertThat(client.call("GET", "/nothing/here", "", "").status()).isEqualTo(401);
            assertThat(client.call("GET", "/nothing/here", TestNode.ADMIN, "").status())
                    .isEqualTo(404);
            assertThat(client.call("PUT", "/v1/groups", TestNode.ADMIN, "").status())
                    .isEqualTo(405);
            assertThat(client.sqs("NoSuchThing", "", "{}").status()).isEqualTo(403);
            assertThat(client.sqs("NoSuchThing", TestNode.ADMIN, "{}").status()).isEqualTo(404);
        }
    }

    /** What cannot be told to be theirs is not: a key of some queues learns no more than that. */
    @Test
    void shouldDenyAKeyOfSomeObjectsWhatNamesNone() throws IOException {
        String consumesX = bearer("CONSUMES-X");
        try (RawClient client = node.connect()) {
            for (String body : List.of(
                    "{}",
                    "",
                    "nonsense",
                    "{\"QueueUrl\":7}",
                    "{\"QueueUrl\":\"http://x\"}",
                    "[]",
                    "{\"QueueUrl\":\"x.fifo.fifo\"}",
                    "{\"QueueUrl\":\"y\"}",
                    "{\"QueueUrl\":\"/x/\"}")) {
                assertThat(client.sqs("ReceiveMessage", consumesX, body).status())
                        .as(body)
                        .isEqualTo(403);
            }
            assertThat(client.call("POST", "/v1/groups/%zz/receive", consumesX, "")
                            .status())
                    .isEqualTo(403);
            assertThat(client.call("POST", "/v1/groups/%78/receive", consumesX, "")
                            .status())
                    .isNotEqualTo(403);
            assertThat(client.call("POST", "/v1/groups/x%2f/receive", consumesX, "")
                            .status())
                    .isEqualTo(403);
            // One who may do all is told what is wrong.
            assertThat(client.sqs("ReceiveMessage", TestNode.CONSUMER, "nonsense")
                            .status())
                    .isEqualTo(400);
            assertThat(client.call("POST", "/v1/groups/%zz/receive", TestNode.CONSUMER, "")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void shouldNameAFifoQueueByItsGroup() throws IOException {
        try (RawClient client = node.connect()) {
            RawClient.Answer answer =
                    client.sqs("ReceiveMessage", bearer("CONSUMES-X"), "{\"QueueUrl\":\"http://h/1/x.fifo\"}");

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("QueueDoesNotExist");
        }
    }

    @Test
    void shouldAnswerHealthWithoutAKey() throws IOException {
        try (RawClient client = node.connect()) {
            client.send("GET /health/live HTTP/1.1\r\nHost: n\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
