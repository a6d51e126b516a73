package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "30s,30000",
        "5m,300000",
        "2h,7200000",
        "1d,86400000",
        "250ms,250",
        "0,0",
        "5,5000",
        "0.5,500",
        "1.5s,1500",
        "PT1H,3600000",
        "PT0.25S,250",
        "P1D,86400000",
        "0.0009,0"
    })
    void shouldParse(String text, long millis) {
        assertThat(Durations.parseMillis(text, "x")).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1", "1 s", "1e3", "9999999999s", "PT-1S", "P", "1w", "٣", "0x1", ".5"})
    void shouldRefuse(String text) {
        assertThatThrownBy(() -> Durations.parseMillis(text, "'wait'"))
                .isInstanceOf(HttpFailure.class)
                .hasMessageContaining("'wait'");
    }

    @Test
    void shouldFormat() {
        assertThat(Durations.format(30_000)).isEqualTo("30s");
        assertThat(Durations.format(250)).isEqualTo("250ms");
        assertThat(Durations.seconds(1_005)).isEqualTo("1.005");
    }
}
