package dev.penstock.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penstock.broker.http.RawClient;
import dev.penstock.broker.http.RawClient.Answer;
import dev.penstock.broker.http.TestNode;
import dev.penstock.storage.model.GroupConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys over HTTP, from creation to revocation. */
class KeysApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TestNode node;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        client = node.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private Answer admin(String method, String target, String body) throws IOException {
        return client.call(method, target, TestNode.ADMIN, body);
    }

    private JsonNode create(String body) throws IOException {
        Answer answer = admin("POST", "/v1/keys", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("penstock-log-index")).isNotEmpty();
        return JSON.readTree(answer.body());
    }

    private int asks(String token, String target) throws IOException {
        return client.call("GET", target, "Bearer " + token, "").status();
    }

    @Test
    void shouldLetANewKeyInAsFarAsItsScopesGo() throws IOException {
        node.groups.with("orders-eu", GroupConfig.Ordering.NONE);
        node.groups.with("invoices", GroupConfig.Ordering.NONE);

        JsonNode key = create("{\"id\":\"app\",\"scopes\":[\"consume:orders-*\",\"monitor\"]}");

        String token = key.get("token").asText();
        assertThat(token).isEqualTo("app." + key.get("secret").asText());
        assertThat(asks(token, "/v1/groups/orders-eu")).isEqualTo(200);
        assertThat(asks(token, "/v1/groups/invoices")).isEqualTo(403);
        assertThat(asks(token, "/v1/cluster")).isEqualTo(200);
        assertThat(asks(token, "/v1/streams")).isEqualTo(403);
        assertThat(asks(token, "/v1/keys")).isEqualTo(403);
        assertThat(client.call("GET", "/v1/groups", "Bearer " + token, "").text())
                .contains("orders-eu")
                .doesNotContain("invoices");
        assertThat(client.sqs("ListQueues", "Bearer " + token, "{}").text())
                .contains("/orders-eu\"")
                .doesNotContain("invoices");
    }

    @Test
    void shouldRotateWithAnOverlapAndRevoke() throws IOException {
        String old =
                create("{\"id\":\"app\",\"scopes\":[\"monitor\"]}").get("token").asText();

        Answer rotated = admin("POST", "/v1/keys/app/rotate", "{\"overlap\":\"1h\"}");

        assertThat(rotated.status()).isEqualTo(200);
        JsonNode key = JSON.readTree(rotated.body());
        String fresh = key.get("token").asText();
        assertThat(key.get("previous_valid_for").asText()).isEqualTo("3600s");
        assertThat(asks(old, "/v1/cluster")).isEqualTo(200);
        assertThat(asks(fresh, "/v1/cluster")).isEqualTo(200);
        assertThat(admin("DELETE", "/v1/keys/app?secret=previous", "").status()).isEqualTo(204);
        assertThat(asks(old, "/v1/cluster")).isEqualTo(401);
        assertThat(asks(fresh, "/v1/cluster")).isEqualTo(200);
        assertThat(admin("DELETE", "/v1/keys/app", "").status()).isEqualTo(204);
        assertThat(asks(fresh, "/v1/cluster")).isEqualTo(401);
        assertThat(client.sqs("ListQueues", "Bearer " + fresh, "{}").text()).contains("UnrecognizedClientException");
        assertThat(admin("DELETE", "/v1/keys/app", "").status()).isEqualTo(204);
    }

    @Test
    void shouldGiveNothingToARequestThatWaitedWhileItsKeyWasRevoked() throws IOException {
        node.groups.with("orders", GroupConfig.Ordering.NONE);
        String token =
                create("{\"id\":\"app\",\"scopes\":[\"consume\"]}").get("token").asText();
        try (RawClient waiting = node.connect()) {
            waiting.send(
                    RawClient.request("POST", "/v1/groups/orders/receive", "Bearer " + token, "{\"wait\":\"9s\"}"));
            await().until(() -> node.groups.waiting("orders") == 1);
            admin("DELETE", "/v1/keys/app", "");

            node.groups.add("orders", 1);

            Answer answer = waiting.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).doesNotContain("receipt");
        }
        await().until(() -> node.groups.released.get() == 1);
    }

    @Test
    void shouldOverlapForTwelveHoursIfNotToldOtherwise() throws IOException {
        create("{\"id\":\"app\",\"scopes\":[\"monitor\"]}");

        assertThat(admin("POST", "/v1/keys/app/rotate", "").text()).contains("\"previous_valid_for\":\"43200s\"");
        assertThat(admin("POST", "/v1/keys/app/rotate", "{\"overlap\":0}").text())
                .doesNotContain("previous_valid_for");
    }

    @Test
    void shouldListEveryKeyWithoutASecret() throws IOException {
        String secret = create("{\"id\":\"app\",\"scopes\":[\"read:main\"]}")
                .get("secret")
                .asText();
        create("{\"id\":\"gone\",\"scopes\":[\"admin\"]}");
        admin("DELETE", "/v1/keys/gone", "");

        Answer list = admin("GET", "/v1/keys", "");

        assertThat(list.text()).doesNotContain(secret).doesNotContain(TestNode.SECRET);
        JsonNode keys = JSON.readTree(list.body()).get("keys");
        assertThat(keys.findValuesAsText("id")).contains("ADMIN", "app", "gone");
        for (JsonNode key : keys) {
            switch (key.get("id").asText()) {
                case "ADMIN" -> assertThat(key.get("origin").asText()).isEqualTo("configuration");
                case "app" -> {
                    assertThat(key.get("state").asText()).isEqualTo("active");
                    assertThat(key.get("scopes").get(0).asText()).isEqualTo("read:main");
                    assertThat(key.get("created_at").asText()).endsWith("Z");
                }
                case "gone" -> assertThat(key.get("state").asText()).isEqualTo("revoked");
                default -> assertThat(key.get("origin").asText()).isEqualTo("configuration");
            }
        }
    }

    @Test
    void shouldRefuseBadInputAndChangeNothing() throws IOException {
        for (String body : List.of(
                "",
                "[]",
                "{}",
                "{\"scopes\":[]}",
                "{\"scopes\":\"admin\"}",
                "{\"scopes\":[7]}",
                "{\"scopes\":[\"root\"]}",
                "{\"scopes\":[\"admin:*\"]}",
                "{\"scopes\":[\"consume:a.b\"]}",
                "{\"scopes\":[\"admin\"],\"id\":\"a.b\"}",
                "{\"scopes\":[\"admin\"],\"id\":\"\"}",
                "{\"scopes\":[\"admin\"],\"id\":\"" + "a".repeat(65) + "\"}",
                "{\"scopes\":[\"admin\"],\"secret\":\"mine\"}")) {
            assertThat(admin("POST", "/v1/keys", body).status()).as(body).isEqualTo(400);
        }
        assertThat(admin("DELETE", "/v1/keys/app?secret=all", "").status()).isEqualTo(400);
        assertThat(admin("DELETE", "/v1/keys/a.b", "").status()).isEqualTo(400);
        assertThat(admin("DELETE", "/v1/keys/nobody", "").text()).contains("UNKNOWN_KEY");
        assertThat(admin("POST", "/v1/keys/nobody/rotate", "").status()).isEqualTo(404);
        assertThat(admin("POST", "/v1/keys", "{\"id\":\"ADMIN\",\"scopes\":[\"admin\"]}")
                        .status())
                .isEqualTo(409);
        create("{\"id\":\"app\",\"scopes\":[\"admin\"]}");
        assertThat(admin("POST", "/v1/keys", "{\"id\":\"app\",\"scopes\":[\"admin\"]}")
                        .status())
                .isEqualTo(409);
        for (String overlap : List.of("-1", "\"31d\"", "\"soon\"", "true")) {
            assertThat(admin("POST", "/v1/keys/app/rotate", "{\"overlap\":" + overlap + "}")
                            .status())
                    .as(overlap)
                    .isEqualTo(400);
        }
        assertThat(node.keys.list()).hasSize(1);
    }
}
