package dev.penstock.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsReferenceTest {

    private static final Path PAGE = Path.of("..", "docs", "metrics.md");

    @Test
    void shouldBeThePageInDocs() throws IOException {
        // given
        String generated = MetricsReference.markdown();
        if (Boolean.getBoolean("penstock.docs.write")) {
            Files.writeString(PAGE, generated);
        }

        // then
        assertThat(Files.readString(PAGE))
                .as("docs/metrics.md is generated: see the comment at its top")
                .isEqualTo(generated);
    }
}
