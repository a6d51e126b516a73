package dev.penstock.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How patient a client is, and whom it trusts.
 *
 * @param connectTimeout how long a connection may take before the next node is tried
 * @param answerTimeout how long an answer may take beyond the wait that the request itself names
 * @param retryFor how long a request is repeated, beyond its wait, while nodes are unreachable or have no leader; zero =
 *     each node is asked once
 * @param tls for nodes with HTTPS; null = trust what the JDK trusts
 */
public record ClientOptions(
        Duration connectTimeout,
        Duration answerTimeout,
        Duration retryFor,
        @Nullable SSLContext tls) {

    public ClientOptions(Duration connectTimeout, Duration answerTimeout, Duration retryFor) {
        this(connectTimeout, answerTimeout, retryFor, null);
    }

    /** Two seconds are ample for a connection in one network; ten outlast an election and a node's restart. */
    public static ClientOptions defaults() {
        return new ClientOptions(Duration.ofSeconds(2), Duration.ofSeconds(15), Duration.ofSeconds(10), null);
    }

    public ClientOptions withRetryFor(Duration duration) {
        return new ClientOptions(connectTimeout, answerTimeout, duration, tls);
    }

    /**
     * Trusts nodes whose certificates lead to one of those in the file, or are there themselves, and no others. Throws
     * {@link IOException} if there is none in it.
     *
     * @param file certificates in PEM
     */
    public ClientOptions withCaFile(Path file) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            byte[] pem = Files.readAllBytes(file);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                number++;
                trusted.setCertificateEntry("ca-" + number, certificate);
            }
            if (number == 0) {
                throw new IOException("expected certificates in PEM in " + file + ", but it has none");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return new ClientOptions(connectTimeout, answerTimeout, retryFor, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("expected certificates in PEM in " + file, e);
        }
    }
}
