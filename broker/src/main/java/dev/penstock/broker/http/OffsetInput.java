package dev.penstock.broker.http;

import dev.penstock.broker.deliver.Offsets;

/** Offsets as clients write them, padded or not. Stateless. */
public final class OffsetInput {

    private OffsetInput() {}

    public static long parse(String text) {
        try {
            return Offsets.parse(text);
        } catch (IllegalArgumentException notAnOffset) {
            throw HttpFailure.invalid(
                    "expected an offset such as 0000000000004711, but got '" + HttpFailure.shown(text) + "'");
        }
    }
}
