package dev.penstock.broker.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate and its key from PEM files. Failures name the file, never what stands in it. Stateless. */
final class PemFiles {

    private static final long MAX_BYTES = 1 << 20;
    private static final Pattern KEY = Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");

    /** @param chain the certificate of the key first */
    record Pair(List<X509Certificate> chain, PrivateKey key) {
        Pair {
            chain = List.copyOf(chain);
        }

        @Override
        public String toString() {
            return "Pair[" + chain.get(0).getSubjectX500Principal() + "]";
        }
    }

    private PemFiles() {}

    /** Throws {@link IOException} if they cannot be read, are not what they should be, or do not belong together. */
    static Pair read(Path certificateFile, Path keyFile) throws IOException {
        List<X509Certificate> chain = chain(certificateFile);
        PrivateKey key = key(keyFile);
        if (!belongTogether(chain.get(0), key)) {
            throw new IOException(
                    "the key in " + keyFile + " is not that of the first certificate in " + certificateFile);
        }
        return new Pair(chain, key);
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }

    private static List<X509Certificate> chain(Path file) throws IOException {
        byte[] pem = bytes(file);
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                chain.add((X509Certificate) certificate);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("expected certificates in PEM in " + file, e);
        }
        if (chain.isEmpty()) {
            throw new IOException("expected a certificate in PEM in " + file + ", but it has none");
        }
        return chain;
    }

    private static PrivateKey key(Path file) throws IOException {
        Matcher matcher = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            throw new IOException("expected a private key in PEM in " + file + ", but it has none");
        }
        if (!matcher.group(1).isEmpty()) {
            throw new IOException("expected a private key in PKCS #8, not encrypted, in " + file
                    + " ('BEGIN PRIVATE KEY'); make one with: openssl pkcs8 -topk8 -nocrypt");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(matcher.group(2));
        } catch (IllegalArgumentException e) {
            throw new IOException("expected a private key in PEM in " + file + ", but it is damaged", e);
        }
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException another) {
                // The encoded form names its algorithm, but the API has no way to ask.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has " + algorithm, e);
            }
        }
        throw new IOException("expected an RSA, EC or EdDSA key in " + file);
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            byte[] text = certificate.getSerialNumber().toByteArray();
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            return verifying.verify(signature);
        } catch (GeneralSecurityException ofAnotherKind) {
            return false;
        }
    }
}
