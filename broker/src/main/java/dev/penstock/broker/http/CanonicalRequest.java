package dev.penstock.broker.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The text that an AWS signature is made over. Stateless. */
final class CanonicalRequest {

    private CanonicalRequest() {}

    /** @param path in the encoding that is tried */
    static String of(Request request, Signature signature, String path, String payloadHash) {
        StringBuilder text = new StringBuilder(512);
        text.append(request.method()).append('\n');
        text.append(path).append('\n');
        text.append(query(request.head().rawQuery(), signature.presigned())).append('\n');
        for (String name : signature.signedHeaders()) {
            text.append(name).append(':');
            text.append(value(request.headers().all(name))).append('\n');
        }
        text.append('\n');
        text.append(String.join(";", signature.signedHeaders())).append('\n');
        return text.append(payloadHash).toString();
    }

    private static String query(String rawQuery, boolean withoutSignature) {
        List<PercentCoding.Parameter> encoded = new ArrayList<>();
        for (PercentCoding.Parameter parameter : PercentCoding.parameters(rawQuery)) {
            if (!withoutSignature || !parameter.name().equals("X-Amz-Signature")) {
                encoded.add(new PercentCoding.Parameter(
                        PercentCoding.encode(parameter.name(), false), PercentCoding.encode(parameter.value(), false)));
            }
        }
        encoded.sort(Comparator.comparing(PercentCoding.Parameter::name).thenComparing(PercentCoding.Parameter::value));
        List<String> pairs = new ArrayList<>();
        encoded.forEach(parameter -> pairs.add(parameter.name() + "=" + parameter.value()));
        return String.join("&", pairs);
    }

    private static String value(List<String> values) {
        List<String> trimmed = new ArrayList<>();
        values.forEach(value -> trimmed.add(value.strip().replaceAll(" +", " ")));
        return String.join(",", trimmed);
    }
}
