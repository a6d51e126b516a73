package dev.penstock.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key with its secret, which the server shows this once.
 *
 * @param token {@code <id>.<secret>}; id and secret are also good as AWS credentials
 * @param previousValidFor after a rotation: how long the secret before is still good, such as {@code 43200s}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IssuedKey(
        String id,
        String secret,
        String token,
        List<String> scopes,
        @Nullable String previousValidFor) {

    public IssuedKey {
        scopes = List.copyOf(scopes);
    }

    /** As the API gave it, in one line. */
    public String toJson() {
        return Json.text(this);
    }

    @Override
    public String toString() {
        return "IssuedKey[" + id + ", scopes " + scopes + "]";
    }
}
