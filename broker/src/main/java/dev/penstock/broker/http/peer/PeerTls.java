package dev.penstock.broker.http.peer;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the connecting side of channels between peers. It takes any certificate: that the other side is a node of the
 * cluster is proved by the frames, whose keys are made from the cluster's secret and the certificate that was shown. One who
 * stands in between and shows another can neither read on nor send a frame that is taken. So nodes need no authority of
 * their own, and certificates may be self-signed or change. Thread-safe.
 */
public final class PeerTls {

    private static final byte[] NONE = new byte[0];

    private final SslContext context;

    public PeerTls() {
        try {
            context = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm(null)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("every Java platform has TLS 1.2", e);
        }
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        // Without host and port no session is resumed: a resumed one might show no certificate.
        return context.newHandler(allocator);
    }

    /** The certificate that this side has shown on a connection that it accepted; empty without TLS. */
    public static byte[] shownBy(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? NONE : first(tls.engine().getSession().getLocalCertificates());
    }

    /** The certificate that the other side has shown on a connection that this side made; empty without TLS. */
    static byte[] shownTo(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return NONE;
        }
        try {
            return first(tls.engine().getSession().getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalArgumentException("expected a certificate of the peer, but it has shown none", e);
        }
    }

    private static byte[] first(Certificate @Nullable [] chain) {
        if (chain == null || chain.length == 0) {
            throw new IllegalArgumentException("expected a certificate on a connection with TLS, but there is none");
        }
        try {
            return chain[0].getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("the certificate of a connection has no encoded form", e);
        }
    }
}
