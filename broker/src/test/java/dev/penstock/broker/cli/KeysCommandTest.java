package dev.penstock.broker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCommandTest {

    private static final String ISSUED =
            "{\"id\":\"app\",\"secret\":\"s3\",\"token\":\"app.s3\",\"scopes\":[\"monitor\"]}";

    @TempDir
    Path home;

    private final FakeApi api = new FakeApi();

    @AfterEach
    void close() {
        api.close();
    }

    private CliRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", api.url(), "--token", FakeApi.TOKEN));
        return CliRun.of(home, all.toArray(String[]::new));
    }

    @Test
    void shouldCreateAKeyAndShowItsSecretOnce() {
        api.answers("POST /v1/keys", "201" + ISSUED);

        CliRun run = run("keys", "create", "app", "--scope", "consume:orders-*,monitor", "--scope", "read:main");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("""
                id      app
                secret  s3
                token   app.s3
                scopes  monitor
                """);
        assertThat(run.err()).contains("only time");
        assertThat(api.asked())
                .containsExactly(
                        "POST /v1/keys {\"id\":\"app\",\"scopes\":[\"consume:orders-*\",\"monitor\",\"read:main\"]}");
    }

    @Test
    void shouldLetTheClusterMakeTheId() {
        api.answers("POST /v1/keys", "201" + ISSUED);

        CliRun run = run("keys", "create", "--scope", "admin", "-o", "json");

        assertThat(run.out()).startsWith("{\"id\":\"app\",\"secret\":\"s3\",\"token\":\"app.s3\"");
        assertThat(api.asked()).containsExactly("POST /v1/keys {\"scopes\":[\"admin\"]}");
    }

    @Test
    void shouldWantAScope() {
        assertThat(run("keys", "create").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldSayHowToGetAMasterKey() {
        api.answers("POST /v1/keys", "409{\"code\":\"MASTER_KEY\",\"detail\":\"the leader has no master key\"}");

        CliRun run = run("keys", "create", "--scope", "admin");

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("the leader has no master key [MASTER_KEY]", "cluster.master_key");
    }

    @Test
    void shouldList() {
        api.answers(
                "GET /v1/keys",
                "{\"keys\":[{\"id\":\"boot\",\"origin\":\"configuration\",\"state\":\"active\",\"scopes\":[\"admin\"]},"
                        + "{\"id\":\"app\",\"origin\":\"cluster\",\"state\":\"rotating\",\"scopes\":[\"monitor\",\"read:*\"],"
                        + "\"created_at\":\"2026-11-21T10:00:00Z\",\"previous_valid_for\":\"60s\"}]}");

        assertThat(run("keys", "list").out()).isEqualTo("""
                KEY   STATE     ORIGIN         CREATED               SCOPES          OLD SECRET FOR
                boot  active    configuration  -                     admin           -
                app   rotating  cluster        2026-11-21T10:00:00Z  monitor read:*  60s
                """);
    }

    @Test
    void shouldRotateAndRevoke() {
        api.answers("POST /v1/keys/app/rotate", ISSUED)
                .answers("DELETE /v1/keys/app", "204")
                .answers("DELETE /v1/keys/app?secret=previous", "204");

        assertThat(run("keys", "rotate", "app").exitCode()).isZero();
        assertThat(run("keys", "rotate", "app", "--overlap", "0").exitCode()).isZero();
        assertThat(run("keys", "revoke", "app", "--previous").exitCode()).isZero();
        assertThat(run("keys", "revoke", "app").err()).contains("app is revoked");
        assertThat(api.asked())
                .containsExactly(
                        "POST /v1/keys/app/rotate {\"overlap\":\"43200s\"}",
                        "POST /v1/keys/app/rotate {\"overlap\":\"0s\"}",
                        "DELETE /v1/keys/app?secret=previous",
                        "DELETE /v1/keys/app");
    }
}
