package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.http.peer.PeerFailure;
import dev.penstock.client.ClientOptions;
import dev.penstock.client.PenstockClient;
import dev.penstock.client.PenstockException;
import dev.penstock.storage.model.GroupConfig;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose HTTP port speaks TLS. */
class TlsIT {

    @TempDir
    static Path shared;

    private static TestCertificate first;
    private static TestCertificate second;

    @TempDir
    Path directory;

    private final HttpCounters counters = new HttpCounters();
    private Path certificateFile;
    private Path keyFile;
    private ServerTls tls;
    private TestNode node;

    @BeforeAll
    static void makeCertificates() throws IOException, GeneralSecurityException {
        first = TestCertificate.make(shared, "EC");
        second = TestCertificate.make(shared, "RSA");
    }

    @BeforeEach
    void start() throws IOException {
        certificateFile = directory.resolve("tls.crt");
        keyFile = directory.resolve("tls.key");
        first.write(certificateFile, keyFile);
        // Looked at only when a test says so, or it would see half a change and count it.
        tls = ServerTls.open(certificateFile, keyFile, counters, Duration.ofHours(1));
        node = node("n1");
    }

    private TestNode node(String id) throws IOException {
        FakeGroups groups = new FakeGroups().with("orders", GroupConfig.Ordering.NONE);
        return new TestNode(id, groups, HttpLimits.defaults(), Set.of(), counters, Optional.of(tls));
    }

    @AfterEach
    void stop() {
        node.close();
        tls.close();
    }

    private PenstockClient client(ClientOptions options) {
        return new PenstockClient(
                List.of(URI.create("https://127.0.0.1:" + node.port())), "ADMIN." + TestNode.SECRET, options);
    }

    private static ClientOptions options() {
        return ClientOptions.defaults().withRetryFor(Duration.ZERO);
    }

    private static SSLContext trusting(TrustManager manager) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {manager}, null);
        return context;
    }

    private SSLSocket connect() throws IOException, GeneralSecurityException {
        return connect(node.port());
    }

    private static SSLSocket connect(int port) throws IOException, GeneralSecurityException {
        SSLSocket socket = (SSLSocket)
                trusting(new TrustsAll()).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private X509Certificate shown() throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect()) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void shouldServeClientsThatTrustIt() throws IOException {
        node.log.append(3_000);

        PenstockClient client = client(options().withCaFile(certificateFile));

        assertThat(client.cluster().nodes()).isNotEmpty();
        // Larger than all buffers between the two.
        assertThat(client.events("main", null, 1_000, Duration.ZERO).events()).hasSize(1_000);
        assertThat(client.group("orders").name()).isEqualTo("orders");
    }

    @Test
    void shouldNotBeTalkedToByClientsThatDoNot() {
        assertThatThrownBy(() -> client(options()).cluster())
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        failure -> assertThat(failure.code()).isEqualTo(PenstockException.TLS));
        await().untilAsserted(() ->
                assertThat(counters.hits(HttpCounters.Limit.TLS_HANDSHAKE)).isPositive());
    }

    @Test
    void shouldTellQueueUrlsThatBeginWithHttps() throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect()) {
            String body = "{\"QueueName\":\"orders\"}";
            send(socket, RawClient.sqsRequest("GetQueueUrl", TestNode.ADMIN, body));

            assertThat(read(socket.getInputStream(), "}")).contains("\"https://node:7800/000000000000/orders\"");
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String read(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after '" + text + "'");
            }
            text.append((char) next);
        }
        return text.toString();
    }

    @Test
    void shouldAnswerARefusedRequestInFullAndThenClose() throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect()) {
            send(socket, "NONSENSE\r\n\r\n");

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("MALFORMED_REQUEST")
                    .endsWith("}");
        }
    }

    @Test
    void shouldSpeakTlsFrom12On() {
        String[] protocols = tls.newHandler(UnpooledByteBufAllocator.DEFAULT, Duration.ofSeconds(1))
                .engine()
                .getEnabledProtocols();

        assertThat(protocols).containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    }

    /** By hand, because the JDK does not offer TLS 1.1 any more. */
    @Test
    void shouldRefuseAHandshakeOfTls11() throws IOException {
        byte[] hello = HexFormat.of()
                .parseHex("160301" + "0000" + "01000000" + "0302" + "00".repeat(32) + "00" + "000ac013c014002f0035000a"
                        + "0100");
        byte[] sized = hello.clone();
        int body = sized.length - 9;
        sized[3] = (byte) ((body + 4) >> 8);
        sized[4] = (byte) (body + 4);
        sized[7] = (byte) (body >> 8);
        sized[8] = (byte) body;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(sized);

            byte[] answer = socket.getInputStream().readAllBytes();

            // An alert: fatal, protocol_version.
            assertThat(answer).hasSize(7).startsWith(0x15).endsWith(2, 70);
        }
    }

    @Test
    void shouldClosePlainHttpWithoutNoise() throws IOException {
        try (RawClient plain = node.connect()) {
            plain.send("GET /health/live HTTP/1.1\r\nHost: n\r\n\r\n");

            assertThat(plain.rest()).doesNotContain("HTTP/1.1");
        }
        await().untilAsserted(() ->
                assertThat(counters.hits(HttpCounters.Limit.TLS_HANDSHAKE)).isEqualTo(1));
    }

    private void change(Path file, String text) throws IOException {
        Files.writeString(file, text);
        // Two changes within one tick of the file system's clock would look like one.
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(changes++)));
    }

    private int changes = 10;

    @Test
    void shouldTakeUpAChangedCertificateWithoutARestart() throws IOException, GeneralSecurityException {
        try (SSLSocket old = connect()) {
            old.startHandshake();
            change(certificateFile, second.certificatePem);
            change(keyFile, second.keyPem);

            tls.reloadIfChanged();

            assertThat(shown()).isEqualTo(second.certificate);
            send(old, "GET /health/live HTTP/1.1\r\nHost: n\r\n\r\n");
            assertThat(read(old.getInputStream(), "}")).startsWith("HTTP/1.1 200 ");
        }
        assertThat(counters.tlsReloadFailures()).isZero();
        assertThat(counters.tlsExpirySeconds())
                .isEqualTo(second.certificate.getNotAfter().toInstant().getEpochSecond());
    }

    @Test
    void shouldLookAtTheFilesByItself() throws IOException {
        long before = counters.tlsExpirySeconds();
        try (ServerTls looking = ServerTls.open(certificateFile, keyFile, counters, Duration.ofMillis(20))) {
            change(keyFile, second.keyPem);
            await().until(() -> counters.tlsReloadFailures() > 0);
            change(certificateFile, second.certificatePem);

            await().until(() -> counters.tlsExpirySeconds()
                    == second.certificate.getNotAfter().toInstant().getEpochSecond());
            assertThat(looking).isNotNull();
        }
        assertThat(before).isPositive();
    }

    @Test
    void shouldKeepTheOldCertificateWhileTheNewOneIsBad() throws IOException, GeneralSecurityException {
        for (String bad : List.of("", "nonsense", second.certificatePem, first.keyPem)) {
            change(certificateFile, bad);
            tls.reloadIfChanged();
            assertThat(shown()).isEqualTo(first.certificate);
        }
        Files.delete(certificateFile);
        tls.reloadIfChanged();
        assertThat(shown()).isEqualTo(first.certificate);
        assertThat(counters.tlsReloadFailures()).isEqualTo(5);

        // The other half arrives.
        change(certificateFile, second.certificatePem);
        change(keyFile, second.keyPem);
        tls.reloadIfChanged();
        assertThat(shown()).isEqualTo(second.certificate);
    }

    @Test
    void shouldSayAtStartWhatIsWrongWithTheFiles() throws IOException {
        Path other = directory.resolve("other.key");
        Files.writeString(other, second.keyPem);
        assertThatThrownBy(() -> ServerTls.open(certificateFile, other, counters))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not that of the first certificate");
        assertThatThrownBy(() -> ServerTls.open(keyFile, keyFile, counters)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ServerTls.open(directory.resolve("none"), keyFile, counters))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        Files.writeString(other, first.keyPem.replace("PRIVATE", "EC PRIVATE"));
        assertThatThrownBy(() -> ServerTls.open(certificateFile, other, counters))
                .hasMessageContaining("openssl pkcs8");
        assertThatThrownBy(() -> options().withCaFile(keyFile)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldForwardOverTls() throws IOException, GeneralSecurityException {
        try (TestNode follower = node("n2")) {
            follower.leader.follows("n1");
            follower.peers.put("n1", URI.create("https://127.0.0.1:" + node.port()));
            node.groups.add("orders", 1);
            PenstockClient client = new PenstockClient(
                    List.of(URI.create("https://127.0.0.1:" + follower.port())),
                    "ADMIN." + TestNode.SECRET,
                    options().withCaFile(certificateFile));

            assertThat(client.group("orders").name()).isEqualTo("orders");
            assertThat(follower.counters.forwarded()).isPositive();
            try (SSLSocket socket = connect(follower.port())) {
                send(socket, RawClient.sqsRequest("GetQueueUrl", TestNode.ADMIN, "{\"QueueName\":\"orders\"}"));

                assertThat(read(socket.getInputStream(), "}")).contains("\"https://node:7800/000000000000/orders\"");
            }
        }
    }

    /** It takes any certificate, but not one that the other side of the secret has not shown. */
    @Test
    void shouldNotTalkToAPeerThroughOneInBetween() throws Exception {
        try (InBetween proxy = new InBetween(second, node.port());
                TestNode caller = node("n2")) {
            node.peerEndpoints.add(
                    "/echo", call -> java.util.concurrent.CompletableFuture.completedFuture(call.body()));
            byte[] body = {1, 2, 3};

            byte[] direct = caller.peerClient
                    .call(URI.create("https://127.0.0.1:" + node.port()), "/echo", body, Duration.ofSeconds(5))
                    .join();
            assertThat(direct).isEqualTo(body);
            assertThatThrownBy(() -> caller.peerClient
                            .call(URI.create("https://127.0.0.1:" + proxy.port()), "/echo", body, Duration.ofSeconds(5))
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(PeerFailure.class);
            assertThat(proxy.relayed()).isTrue();
        }
    }

    /** Ends TLS with a certificate of its own and passes on what it reads. */
    private static final class InBetween implements AutoCloseable {
        private final ServerSocket server;
        private final int target;
        private volatile boolean relayed;

        InBetween(TestCertificate own, int target) throws Exception {
            this.target = target;
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            java.security.PrivateKey key = PemFilesAccess.key(own);
            keys.setKeyEntry("k", key, new char[0], new Certificate[] {own.certificate});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            server = context.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getLoopbackAddress());
            daemon(this::accept);
        }

        private static void daemon(Runnable task) {
            Thread thread = new Thread(task, "in-between");
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket caller = server.accept();
                    Socket node = trusting(new TrustsAll())
                            .getSocketFactory()
                            .createSocket(InetAddress.getLoopbackAddress(), target);
                    daemon(() -> pass(caller, node));
                    daemon(() -> pass(node, caller));
                }
            } catch (IOException | GeneralSecurityException closed) {
                // The test is over.
            }
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[8_192];
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    relayed = true;
                    out.write(buffer, 0, count);
                    out.flush();
                }
            } catch (IOException ended) {
                // Either side has had enough.
            }
        }

        int port() {
            return server.getLocalPort();
        }

        boolean relayed() {
            return relayed;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static final class PemFilesAccess {
        static java.security.PrivateKey key(TestCertificate own) throws IOException {
            Path directory = Files.createTempDirectory(shared, "pem");
            own.write(directory.resolve("c"), directory.resolve("k"));
            return PemFiles.read(directory.resolve("c"), directory.resolve("k")).key();
        }
    }
}
