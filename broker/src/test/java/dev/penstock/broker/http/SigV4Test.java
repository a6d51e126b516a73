package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.http.Authenticator.Denied;
import dev.penstock.broker.http.Authenticator.Granted;
import dev.penstock.broker.http.Authenticator.Outcome;
import dev.penstock.broker.http.Authenticator.Reason;
import dev.penstock.broker.http.Headers.Header;
import dev.penstock.broker.keys.KeyRing;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Signatures as clients make them: captured from boto3, the AWS SDK for Java v2 and for JavaScript v3. */
class SigV4Test {

    private static final String JSON = "application/x-amz-json-1.0";

    private static final List<Header> BOTO3 = List.of(
            new Header("Content-Type", JSON),
            new Header("Host", "localhost:19399"),
            new Header("X-Amz-Date", "20261121T011140Z"),
            new Header("X-Amz-Target", "AmazonSQS.GetQueueUrl"),
            new Header("x-amzn-query-mode", "true"));
    private static final String BOTO3_BODY = "{\"QueueName\": \"q1\"}";
    private static final String BOTO3_SIGNATURE = "29707193ab5b9f155115e1672d5032f8237c831273b4e64b585effbbf9ac043f";

    private static final List<Header> JAVA = List.of(
            new Header("amz-sdk-invocation-id", "e86162ed-8d0f-390d-0e3b-444a0b7be1c7"),
            new Header("amz-sdk-request", "attempt=1; max=4"),
            new Header("Content-Length", "18"),
            new Header("Content-Type", JSON),
            new Header("Host", "127.0.0.1:19399"),
            new Header("x-amz-content-sha256", "99a91b4b2a2b5be828d2b3dca9049db8a03bd9ce683706c1da531bd77c24aabd"),
            new Header("X-Amz-Date", "20261121T011328Z"),
            new Header("X-Amz-Target", "AmazonSQS.GetQueueUrl"),
            new Header("x-amzn-query-mode", "true"));
    private static final String JAVA_BODY = "{\"QueueName\":\"q1\"}";
    private static final String JAVA_SIGNATURE = "87fe7bdcd657a30a616a626b993cafc367f5aa17bef2e3a04159419491620508";

    private static final List<Header> JAVASCRIPT = List.of(
            new Header("amz-sdk-invocation-id", "3e0ce0ba-ad13-4bbc-a724-0416b826e432"),
            new Header("amz-sdk-request", "attempt=1; max=3"),
            new Header("content-length", "201"),
            new Header("content-type", JSON),
            new Header("host", "127.0.0.1:19399"),
            new Header("x-amz-content-sha256", "f5307d3aed6f08880c726b7fdcc1b31f374587a2633edf5a7c96761a55c240fd"),
            new Header("x-amz-date", "20261121T011213Z"),
            new Header("x-amz-target", "AmazonSQS.ReceiveMessage"),
            new Header("x-amz-user-agent", "aws-sdk-js/3.1168.0"),
            new Header("x-amzn-query-mode", "true"));
    private static final String JAVASCRIPT_BODY =
            "{\"QueueUrl\":\"http://localhost:19399/000000000000/q1\",\"AttributeNames\":[],"
                    + "\"MessageSystemAttributeNames\":[],\"MessageAttributeNames\":[],\"MaxNumberOfMessages\":10,"
                    + "\"VisibilityTimeout\":30,\"WaitTimeSeconds\":1}";
    private static final String JAVASCRIPT_SIGNATURE =
            "1c872b37e20131e58e5bac6669cd24ebf146b3e3d0b9bf92bf185be501d12bb6";

    private static final Set<Permission> CONSUME = Set.of(Permission.all(Scope.CONSUME));

    private static Outcome check(String now, Request request) {
        return check(now, request, "AKID");
    }

    private static Outcome check(String now, Request request, String keyId) {
        KeyRing empty = new KeyRing(new LocalLog(new Machine(new InMemoryStore())), Optional.empty());
        return new Authenticator(
                        new KeyLookup(List.of(new ApiKey(keyId, "SECRET", CONSUME)), empty),
                        Clock.fixed(Instant.parse(now), ZoneOffset.UTC))
                .authenticate(request);
    }

    private static Request request(String target, List<Header> signed, String body, String signature) {
        return request(target, signed, body, signature, ", ");
    }

    private static Request request(String target, List<Header> signed, String body, String signature, String comma) {
        String date = signed.stream()
                .filter(field -> field.name().equalsIgnoreCase("x-amz-date"))
                .findFirst()
                .orElseThrow()
                .value()
                .substring(0, 8);
        String names = signed.stream()
                .map(field -> field.name().toLowerCase(java.util.Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(";"));
        List<Header> all = new ArrayList<>(signed);
        all.add(new Header("User-Agent", "not signed"));
        all.add(new Header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/" + date + "/us-east-1/sqs/aws4_request" + comma + "SignedHeaders="
                        + names + comma + "Signature=" + signature));
        RequestHead head = new RequestHead("POST", target, true, new Headers(all));
        return new Request(head, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertGranted(Outcome outcome) {
        assertThat(outcome).isEqualTo(new Granted(new Identity("AKID", CONSUME)));
    }

    private static void assertDenied(Outcome outcome, Reason reason) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.reason()).isEqualTo(reason));
    }

    @Test
    void shouldAcceptWhatBoto3Signs() {
        assertGranted(check("2026-11-21T01:11:41Z", request("/", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE)));
    }

    @Test
    void shouldAcceptWhatTheSdkForJavaSigns() {
        assertGranted(check("2026-11-21T01:13:28Z", request("/", JAVA, JAVA_BODY, JAVA_SIGNATURE)));
    }

    @Test
    void shouldAcceptWhatTheSdkForJavaScriptSigns() {
        assertGranted(check("2026-11-21T01:12:00Z", request("/", JAVASCRIPT, JAVASCRIPT_BODY, JAVASCRIPT_SIGNATURE)));
    }

    @Test
    void shouldAcceptCommasWithoutBlanks() {
        assertGranted(check("2026-11-21T01:11:41Z", request("/", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE, ",")));
    }

    @Test
    void shouldRefuseAChangedBody() {
        Request tampered = request("/", BOTO3, BOTO3_BODY.replace("q1", "q2"), BOTO3_SIGNATURE);

        assertDenied(check("2026-11-21T01:11:41Z", tampered), Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldRefuseABodyThatDiffersFromItsSignedDigest() {
        Request tampered = request("/", JAVA, JAVA_BODY.replace("q1", "q2"), JAVA_SIGNATURE);

        assertDenied(check("2026-11-21T01:13:28Z", tampered), Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldRefuseAChangedHeaderPathOrQuery() {
        List<Header> other = new ArrayList<>(BOTO3);
        other.set(3, new Header("X-Amz-Target", "AmazonSQS.DeleteMessage"));

        assertDenied(
                check("2026-11-21T01:11:41Z", request("/", other, BOTO3_BODY, BOTO3_SIGNATURE)), Reason.BAD_SIGNATURE);
        assertDenied(
                check("2026-11-21T01:11:41Z", request("/x", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE)), Reason.BAD_SIGNATURE);
        assertDenied(
                check("2026-11-21T01:11:41Z", request("/?a=b", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE)),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldAllowFifteenMinutesOfSkewEitherWay() {
        Request request = request("/", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE);

        assertGranted(check("2026-11-21T01:26:40Z", request));
        assertGranted(check("2026-11-21T00:56:40Z", request));
        assertDenied(check("2026-11-21T01:26:41Z", request), Reason.EXPIRED);
        assertDenied(check("2026-11-21T00:56:39Z", request), Reason.EXPIRED);
    }

    @Test
    void shouldRefuseAnUnknownKey() {
        Request request = request("/", BOTO3, BOTO3_BODY, BOTO3_SIGNATURE);
        Outcome outcome = check("2026-11-21T01:11:41Z", request, "OTHER");

        assertDenied(outcome, Reason.UNKNOWN_KEY);
    }

    @Test
    void shouldRefuseWhatIsNotWellFormed() {
        for (String value : List.of(
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=AKID",
                "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date,"
                        + " Signature=00",
                "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/sqs/aws4_request, SignedHeaders=x-amz-date,"
                        + " Signature=00",
                "AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date,"
                        + " Signature=00",
                "AWS4-HMAC-SHA256 a, b, c",
                "AWS4-HMAC-SHA256 =,=,=")) {
            List<Header> headers = new ArrayList<>(BOTO3);
            headers.add(new Header("Authorization", value));
            Request request = new Request(new RequestHead("POST", "/", true, new Headers(headers)), new byte[0]);

            assertDenied(check("2026-11-21T01:11:41Z", request), Reason.MALFORMED);
        }
    }

    @Test
    void shouldAcceptEitherEncodingOfThePath() {
        // given the same path, once signed as it is on the wire, once encoded again
        String path = "/base%20path/";

        for (String signedPath : List.of(path, "/base%2520path/")) {
            String signature = sign(signedPath);

            assertGranted(check("2026-11-21T01:11:41Z", request(path, BOTO3, BOTO3_BODY, signature)));
        }
        assertDenied(
                check("2026-11-21T01:11:41Z", request(path, BOTO3, BOTO3_BODY, sign("/base path/"))),
                Reason.BAD_SIGNATURE);
    }

    /** The algorithm written a second time, straight from its description. */
    private static String sign(String path) {
        HexFormat hex = HexFormat.of();
        String canonical = "POST\n" + path + "\n\ncontent-type:" + JSON + "\nhost:localhost:19399\n"
                + "x-amz-date:20261121T011140Z\nx-amz-target:AmazonSQS.GetQueueUrl\nx-amzn-query-mode:true\n\n"
                + "content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode\n"
                + hex.formatHex(Digests.sha256().digest(BOTO3_BODY.getBytes(StandardCharsets.UTF_8)));
        String scope = "20261121/us-east-1/sqs/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n20261121T011140Z\n" + scope + "\n"
                + hex.formatHex(Digests.sha256().digest(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = "AWS4SECRET".getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            key = SigningKeys.hmac(key, part.getBytes(StandardCharsets.UTF_8));
        }
        return hex.formatHex(SigningKeys.hmac(key, toSign.getBytes(StandardCharsets.UTF_8)));
    }

    /** Signs a canonical request of the boto3 time, straight from the description. */
    private static String signature(String canonical) {
        HexFormat hex = HexFormat.of();
        String scope = "20261121/us-east-1/sqs/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n20261121T011140Z\n" + scope + "\n"
                + hex.formatHex(Digests.sha256().digest(canonical.getBytes(StandardCharsets.ISO_8859_1)));
        byte[] key = "AWS4SECRET".getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            key = SigningKeys.hmac(key, part.getBytes(StandardCharsets.UTF_8));
        }
        return hex.formatHex(SigningKeys.hmac(key, toSign.getBytes(StandardCharsets.UTF_8)));
    }

    private static String hash(String body) {
        return HexFormat.of().formatHex(Digests.sha256().digest(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Request signed(
            String method,
            String target,
            List<Header> headers,
            String names,
            String signature,
            String body,
            boolean tls) {
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/sqs/aws4_request, SignedHeaders=" + names
                        + ", Signature=" + signature));
        RequestHead head = new RequestHead(method, target, true, new Headers(all));
        return new Request(head, body.getBytes(StandardCharsets.UTF_8), tls);
    }

    private static final Header HOST = new Header("Host", "n");
    private static final Header DATE = new Header("X-Amz-Date", "20261121T011140Z");
    private static final String NOW = "2026-11-21T01:11:41Z";

    @Test
    void shouldJoinHeadersThatAreThereTwiceAndCollapseBlanks() {
        String canonical = "GET\n/\n\nhost:n\nmy-header:a b,c d,é\nx-amz-date:20261121T011140Z\n\n"
                + "host;my-header;x-amz-date\n" + hash("");
        List<Header> headers = List.of(
                HOST,
                new Header("My-Header", "  a   b "),
                DATE,
                new Header("MY-HEADER", "c  d"),
                new Header("my-header", "é"));

        assertGranted(
                check(NOW, signed("GET", "/", headers, "host;my-header;x-amz-date", signature(canonical), "", false)));
        List<Header> swapped = List.of(
                HOST,
                new Header("My-Header", "c d"),
                DATE,
                new Header("my-header", "a b"),
                new Header("My-Header", "é"));
        assertDenied(
                check(NOW, signed("GET", "/", swapped, "host;my-header;x-amz-date", signature(canonical), "", false)),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldSortTheQueryByItsEncodedNamesAndValues() {
        String canonical = "GET\n/q\nA=&a=1&a=2&b%20c=%C3%A9%2F&z=%2B\nhost:n\nx-amz-date:20261121T011140Z\n\n"
                + "host;x-amz-date\n" + hash("");
        String target = "/q?z=%2b&a=2&b%20c=%c3%a9/&A&a=1";

        assertGranted(check(
                NOW, signed("GET", target, List.of(HOST, DATE), "host;x-amz-date", signature(canonical), "", false)));
    }

    /** It says what is done with the body: on its way a receive could be made a delete. */
    @Test
    void shouldRefuseATargetThatIsNotSigned() {
        String canonical = "POST\n/\n\nhost:n\nx-amz-date:20261121T011140Z\n\nhost;x-amz-date\n" + hash("{}");
        List<Header> headers = List.of(HOST, DATE, new Header("X-Amz-Target", "AmazonSQS.PurgeQueue"));

        assertDenied(
                check(NOW, signed("POST", "/", headers, "host;x-amz-date", signature(canonical), "{}", false)),
                Reason.MALFORMED);
        assertGranted(check(
                NOW, signed("POST", "/", headers.subList(0, 2), "host;x-amz-date", signature(canonical), "{}", false)));
    }

    @Test
    void shouldRefuseTwoDates() {
        List<Header> headers = List.of(HOST, DATE, new Header("x-amz-date", "20261121T011141Z"));

        assertDenied(check(NOW, signed("GET", "/", headers, "host;x-amz-date", "00", "", false)), Reason.MALFORMED);
    }

    @Test
    void shouldTakeAnUnsignedPayloadOverTlsOnly() {
        String canonical = "POST\n/\n\nhost:n\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20261121T011140Z\n\n"
                + "host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD";
        List<Header> headers = List.of(HOST, new Header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), DATE);
        String names = "host;x-amz-content-sha256;x-amz-date";

        assertGranted(check(NOW, signed("POST", "/", headers, names, signature(canonical), "{}", true)));
        assertDenied(
                check(NOW, signed("POST", "/", headers, names, signature(canonical), "{}", false)),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldNotTakeAnUnsignedPayloadThatOnlyAnUnsignedHeaderClaims() {
        String canonical = "POST\n/\n\nhost:n\nx-amz-date:20261121T011140Z\n\nhost;x-amz-date\nUNSIGNED-PAYLOAD";
        List<Header> headers = List.of(HOST, DATE, new Header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));

        assertDenied(
                check(NOW, signed("POST", "/", headers, "host;x-amz-date", signature(canonical), "{}", true)),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void shouldDenyAndNotFailOnAQueryThatCannotBeDecoded() {
        for (String query : List.of("a=%", "a=%zz", "a=%ff", "%c3=1")) {
            assertDenied(
                    check(NOW, signed("GET", "/?" + query, List.of(HOST, DATE), "host;x-amz-date", "00", "", false)),
                    Reason.MALFORMED);
            Request presigned = new Request(
                    new RequestHead("GET", "/?" + query + "&X-Amz-Signature=00", true, new Headers(List.of(HOST))),
                    new byte[0]);
            assertDenied(check(NOW, presigned), Reason.MALFORMED);
        }
    }

    @Test
    void shouldRefuseAPresignedRequestThatLivesLongerThanAWeek() {
        String query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Date=20261121T011140Z"
                + "&X-Amz-Expires=604801&X-Amz-SignedHeaders=host";
        String signature = signature("GET\n/\n" + query + "\nhost:n\n\nhost\n" + hash(""));
        Request request = new Request(
                new RequestHead(
                        "GET", "/?" + query + "&X-Amz-Signature=" + signature, true, new Headers(List.of(HOST))),
                new byte[0]);

        assertDenied(check(NOW, request), Reason.MALFORMED);
    }

    @Test
    void shouldAcceptAPresignedRequestUntilItExpires() {
        // given the query of a presigned GET, signed here
        String query = "Action=GetQueueUrl&QueueName=q%201&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Date=20261121T011140Z"
                + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
        HexFormat hex = HexFormat.of();
        String canonical = "GET\n/\n" + query + "\nhost:localhost:19399\n\nhost\n"
                + hex.formatHex(Digests.sha256().digest(new byte[0]));
        String scope = "20261121/us-east-1/sqs/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n20261121T011140Z\n" + scope + "\n"
                + hex.formatHex(Digests.sha256().digest(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = "AWS4SECRET".getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            key = SigningKeys.hmac(key, part.getBytes(StandardCharsets.UTF_8));
        }
        String signature = hex.formatHex(SigningKeys.hmac(key, toSign.getBytes(StandardCharsets.UTF_8)));
        Request request = new Request(
                new RequestHead(
                        "GET",
                        "/?" + query + "&X-Amz-Signature=" + signature,
                        true,
                        new Headers(List.of(new Header("Host", "localhost:19399")))),
                new byte[0]);

        assertGranted(check("2026-11-21T01:12:40Z", request));
        assertDenied(check("2026-11-21T01:12:41Z", request), Reason.EXPIRED);
    }
}
