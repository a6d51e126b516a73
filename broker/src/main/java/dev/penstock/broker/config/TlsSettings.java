package dev.penstock.broker.config;

import java.nio.file.Path;

/** Certificate and key of the HTTP port. */
public record TlsSettings(
        @Setting(
                key = "certificate_file",
                doc =
                        "The certificate and, after it, those that lead to a root which clients trust, in PEM. Read anew when it"
                                + " changes; a bad one is not taken up.",
                change = Setting.Change.RECONNECT)
        Path certificateFile,

        @Setting(
                key = "key_file",
                doc = "The certificate's private key, in PEM (PKCS #8), not encrypted. Read anew together with it.",
                change = Setting.Change.RECONNECT)
        Path keyFile) {}
