package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadRulesTest {

    private static RequestHead head(String target, boolean http11, String... namesAndValues) {
        List<Headers.Header> fields = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(new Headers.Header(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new RequestHead("GET", target, http11, new Headers(fields));
    }

    @Test
    void shouldReadAHeadAsItWasSent() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_0, HttpMethod.GET, "/a%2fb?c=%20");
        request.headers().add("HOST", "n").add("X", "\u00e4  b").add("host", "m");

        RequestHead read = HeadRules.read(request);

        assertThat(read).isEqualTo(head("/a%2fb?c=%20", false, "HOST", "n", "X", "\u00e4  b", "host", "m"));
    }

    @ParameterizedTest
    @CsvSource({
        "/a?b,/a?b",
        "http://n:1/a?b,/a?b",
        "HTTPS://N:1/a,/a",
        "http://n:1,/",
    })
    void shouldGivePathAndQuery(String target, String expected) {
        assertThat(HeadRules.check(head(target, true, "Host", "n:1")).target()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "*", "n:1", "ftp://n:1/a", "http://m/a", "http:///a"})
    void shouldRefuseOtherTargets(String target) {
        assertMalformed(head(target, true, "Host", "n:1"));
    }

    @Test
    void shouldWantExactlyOneHost() {
        assertMalformed(head("/", true));
        assertMalformed(head("/", true, "Host", "n", "HOST", "n"));
        assertMalformed(head("/", false, "Host", "n", "Host", "n"));
        assertThat(HeadRules.check(head("/", false)).target()).isEqualTo("/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "a@b", "a,b", "\u00e4", "a\"b", "a?b"})
    void shouldRefuseWhatIsNoHost(String host) {
        assertMalformed(head("/", true, "Host", host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "n:7800", "127.0.0.1:7800", "[::1]:7800", "a-b_c.example"})
    void shouldTakeHosts(String host) {
        assertThat(HeadRules.check(head("/", true, "Host", host)).headers().first("Host"))
                .hasValue(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "chunked,", "identity", "chunked, chunked", ""})
    void shouldTakeNoCodingButChunked(String coding) {
        assertMalformed(head("/", true, "Host", "n", "Transfer-Encoding", coding));
    }

    private static void assertMalformed(RequestHead head) {
        assertThatThrownBy(() -> HeadRules.check(head))
                .isInstanceOfSatisfying(
                        HttpFailure.class,
                        failure -> assertThat(failure.problem()).isEqualTo(Problem.MALFORMED_REQUEST));
    }
}
