package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {

    private static final String SOURCE = "source: { url: 'postgresql://p@db/shop', password: %s }\n";

    @TempDir
    Path directory;

    private Secret password(String reference, Map<String, String> environment) {
        return SettingsFile.load(directory, SettingsFile.MINIMAL + SOURCE.replace("%s", reference), environment)
                .source()
                .orElseThrow()
                .password()
                .orElseThrow();
    }

    private String problem(String reference) {
        return SettingsFile.problems(
                        directory, SettingsFile.MINIMAL + SOURCE.replace("%s", reference), Map.of("EMPTY", ""))
                .get(0);
    }

    @Test
    void shouldReadAFileAnewEachTime() throws IOException {
        // given
        Path file = Files.writeString(directory.resolve("pw"), "first\n");
        Secret secret = password("{ file: pw }", Map.of());

        // when
        String before = secret.reveal();
        Files.writeString(file, "second");

        // then
        assertThat(before).isEqualTo("first");
        assertThat(secret.reveal()).isEqualTo("second");
        assertThat(secret).hasToString("file:" + file);
    }

    @Test
    void shouldSayWhichFileWentAwayLater() throws IOException {
        // given
        Path file = Files.writeString(directory.resolve("pw"), "first\n");
        Secret secret = password("{ file: pw }", Map.of());

        // when
        Files.delete(file);

        // then
        assertThatThrownBy(secret::reveal).isInstanceOf(Secret.Unreadable.class).hasMessageContaining(file.toString());
    }

    @Test
    void shouldTakeOneFromTheEnvironment() {
        Secret secret = password("{ env: DB_PASSWORD }", Map.of("DB_PASSWORD", "hunter2"));
        assertThat(secret.reveal()).isEqualTo("hunter2");
        assertThat(secret).hasToString("env:DB_PASSWORD");
    }

    @Test
    void shouldSayAtStartThatOneIsNotThere() throws IOException {
        Files.writeString(directory.resolve("empty"), "\n");
        Files.write(directory.resolve("huge"), new byte[Secret.MAX_FILE_BYTES + 1]);

        assertThat(problem("{ env: NOPE }")).contains("'NOPE'").contains("not set");
        assertThat(problem("{ env: EMPTY }")).contains("'EMPTY'").contains("empty");
        assertThat(problem("{ file: nope }")).contains("nope").contains("cannot be read");
        assertThat(problem("{ file: empty }")).contains("is empty");
        assertThat(problem("{ file: huge }")).contains("is no secret");
        assertThat(problem("{ value: hunter2 }"))
                .contains("{env: NAME} or {file: PATH}")
                .doesNotContain("hunter2");
        assertThat(problem("{ env: A, file: b }")).contains("expected {env: NAME} or {file: PATH}");
        assertThat(problem("[ hunter2 ]"))
                .contains("expected {env: NAME} or {file: PATH}")
                .doesNotContain("hunter2");
        assertThat(problem("{ env: [ A ] }")).contains("expected {env: NAME} or {file: PATH}");
    }
}
