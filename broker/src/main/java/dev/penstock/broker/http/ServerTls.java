package dev.penstock.broker.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS, 1.2 or newer. A thread of its own looks whether the files of certificate and key have changed, and
 * takes them up for connections that come then; what is bad, or half written, is not taken up. Thread-safe.
 */
public final class ServerTls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    /** Certificates change every few weeks; who has changed one wants to see it while watching. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    /** What a file looks like from outside. */
    private record Look(
            FileTime modified, long size, @Nullable Object file) {
        static Look at(Path path) throws IOException {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class);
            return new Look(seen.lastModifiedTime(), seen.size(), seen.fileKey());
        }
    }

    private final Path certificateFile;
    private final Path keyFile;
    private final HttpCounters counters;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "penstock-tls");
        thread.setDaemon(true);
        return thread;
    });
    private volatile SslContext context;
    private List<Look> loaded;
    private String lastFailure = "";

    private ServerTls(Path certificateFile, Path keyFile, HttpCounters counters) throws IOException {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.counters = counters;
        this.loaded = look();
        this.context = load();
    }

    /** Reads the files; throws {@link IOException} if they are of no use. */
    public static ServerTls open(Path certificateFile, Path keyFile, HttpCounters counters) throws IOException {
        return open(certificateFile, keyFile, counters, LOOK_EVERY);
    }

    static ServerTls open(Path certificateFile, Path keyFile, HttpCounters counters, Duration lookEvery)
            throws IOException {
        ServerTls tls = new ServerTls(certificateFile, keyFile, counters);
        var unused = tls.watch.scheduleWithFixedDelay(
                tls::reloadIfChanged, lookEvery.toMillis(), lookEvery.toMillis(), TimeUnit.MILLISECONDS);
        return tls;
    }

    /** @param deadline of the handshake */
    SslHandler newHandler(ByteBufAllocator allocator, Duration deadline) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }

    /** Takes up changed files, if they are good. Called by one thread at a time; never throws. */
    synchronized void reloadIfChanged() {
        try {
            List<Look> seen = look();
            if (!seen.equals(loaded)) {
                context = load();
                loaded = seen;
                lastFailure = "";
            }
        } catch (IOException | RuntimeException bad) {
            counters.tlsReloadFailed();
            String failure = String.valueOf(bad.getMessage());
            // Tried again and again, told once: of two files the second may be on its way.
            if (!failure.equals(lastFailure)) {
                lastFailure = failure;
                LOG.error("The changed certificate is not taken up, the one before stays in use: {}", failure);
            }
        }
    }

    private List<Look> look() throws IOException {
        try {
            return List.of(Look.at(certificateFile), Look.at(keyFile));
        } catch (IOException e) {
            throw new IOException("a file cannot be read: " + e.getMessage(), e);
        }
    }

    private SslContext load() throws IOException {
        PemFiles.Pair pair = PemFiles.read(certificateFile, keyFile);
        SslContext made = SslContextBuilder.forServer(pair.key(), pair.chain())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
        X509Certificate certificate = pair.chain().get(0);
        counters.tlsExpires(certificate.getNotAfter().toInstant().getEpochSecond());
        LOG.info(
                "TLS with the certificate {} of {}, good until {}",
                certificate.getSerialNumber().toString(16),
                certificate.getSubjectX500Principal(),
                certificate.getNotAfter().toInstant());
        return made;
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
