package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every route of the table, whoever added it, against keys that must not pass. */
class RouteScopesTest {

    private static final Map<Scope, String> KEY_OF = Map.of(
            Scope.MONITOR, "MONITOR",
            Scope.CONSUME, "CONSUMER",
            Scope.READ, "READER",
            Scope.ADMIN, "ADMIN");

    private static TestNode node;

    @BeforeAll
    static void start() throws IOException {
        node = TestNode.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @TestFactory
    List<DynamicTest> shouldDenyByDefault() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Route route : node.router.routes()) {
            if (route.scope() == Scope.NONE) {
                assertThat(route.name()).as("only probes are open").startsWith("GET /health/");
                continue;
            }
            boolean sqs = route.method().isEmpty();
            int unauthenticated = sqs ? 403 : 401;
            tests.add(expect(route, "no key", "", unauthenticated));
            tests.add(expect(route, "no scheme", "ADMIN." + TestNode.SECRET, unauthenticated));
            tests.add(expect(route, "wrong secret", "Bearer ADMIN.wrong", unauthenticated));
            tests.add(expect(route, "longer secret", "Bearer ADMIN." + TestNode.SECRET + "x", unauthenticated));
            tests.add(expect(route, "unknown id", "Bearer NOBODY." + TestNode.SECRET, unauthenticated));
            tests.add(expect(route, "empty token", "Bearer .", unauthenticated));
            tests.add(expect(
                    route,
                    "made-up signature",
                    "AWS4-HMAC-SHA256 Credential=ADMIN/20261121/x/sqs/aws4_request, SignedHeaders=host, Signature=00",
                    unauthenticated));
            KEY_OF.forEach((scope, key) -> {
                if (scope != route.scope() && scope != Scope.ADMIN) {
                    tests.add(expect(route, "scope " + scope, "Bearer " + key + "." + TestNode.SECRET, 403));
                }
            });
            tests.add(DynamicTest.dynamicTest(route.name() + ": its own scope passes", () -> {
                String token = "Bearer " + KEY_OF.get(route.scope()) + "." + TestNode.SECRET;
                assertThat(call(route, token).status()).isNotIn(401, 403);
                assertThat(call(route, TestNode.ADMIN).status()).isNotIn(401, 403);
            }));
        }
        return tests;
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
                return client.sqs(route.path().substring("AmazonSQS.".length()), authorization, "{}");
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
                KEY_OF.forEach((scope, key) -> {
                    if (scope != route.scope() && scope != Scope.ADMIN) {
                        tests.add(expectForm(action, "Bearer " + key + "." + TestNode.SECRET, 403));
                    }
                });
                tests.add(DynamicTest.dynamicTest(action + " as a form: its own scope passes", () -> {
                    String token = "Bearer " + KEY_OF.get(route.scope()) + "." + TestNode.SECRET;
                    assertThat(form(action, token).status()).isNotIn(401, 403);
                }));
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
            assertThat(client.sqs("Nonsense", "", "{}").status()).isEqualTo(403);
            assertThat(client.sqs("Nonsense", TestNode.ADMIN, "{}").status()).isEqualTo(404);
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
