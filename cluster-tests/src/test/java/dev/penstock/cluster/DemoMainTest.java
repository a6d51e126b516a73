package dev.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DemoMainTest {
    @ParameterizedTest
    @CsvSource({"30s,30", "5m,300", "2h,7200", "PT1H,3600", "pt90s,90", "7,7"})
    void shouldReadDurationsAsTheContractWritesThem(String text, long seconds) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void shouldRefuseWhatIsNoDuration() {
        assertThatThrownBy(() -> Durations.parse("soon"))
                .isInstanceOf(CommandLine.TypeConversionException.class)
                .hasMessageContaining("30s");
    }

    @ParameterizedTest
    @CsvSource({
        "--json,--json needs --scenario",
        "--scenario=storm,the only one is failover",
        "--scenario=failover --no-load,leave out --no-load",
        "--scenario=failover --no-restart,leave out --no-restart",
        "--scenario=failover --duration=1s,at least 3s",
        "--rate=-1,rows per second",
        "--http-port=65500,--http-port"
    })
    void shouldRefuseACommandLineThatCannotWork(String options, String expected) {
        StringWriter err = new StringWriter();
        CommandLine commandLine = DemoMain.commandLine().setErr(new PrintWriter(err));

        int status = commandLine.execute(("demo " + options).split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains(expected);
    }
}
