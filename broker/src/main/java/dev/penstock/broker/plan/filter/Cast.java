package dev.penstock.broker.plan.filter;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The casts. Null stays null; what cannot be cast fails. */
enum Cast {
    DOUBLE("double", Kind.NUMBER, "a number"),
    INT("int", Kind.NUMBER, "a number whose whole part is a bigint"),
    STRING("string", Kind.TEXT, "text, a number, a boolean or a time"),
    TIMESTAMP("timestamp", Kind.TIME, "a date or time"),
    BOOL("bool", Kind.BOOL, "a boolean");

    private final String word;
    private final Kind kind;
    private final String wanted;

    Cast(String word, Kind kind, String wanted) {
        this.word = word;
        this.kind = kind;
        this.wanted = wanted;
    }

    Kind kind() {
        return kind;
    }

    String wanted() {
        return wanted;
    }

    static Optional<Cast> named(String word) {
        return Arrays.stream(values()).filter(cast -> cast.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(cast -> cast.word).toList();
    }

    /** Empty if it cannot be. */
    Optional<Value> of(Value value) {
        return switch (this) {
            case DOUBLE -> Optional.ofNullable(Conversion.number(value)).map(numeral -> number(value, numeral));
            case INT -> {
                Numeral numeral = Conversion.number(value);
                Long whole = numeral == null ? null : numeral.whole();
                yield whole == null ? Optional.empty() : Optional.of(Value.Numeric.of(whole));
            }
            case STRING -> Optional.ofNullable(Conversion.text(value)).map(Value.Text::new);
            case TIMESTAMP -> {
                Instant moment = Conversion.timeOrSeconds(value);
                yield moment == null ? Optional.empty() : Optional.of(new Value.Time(moment));
            }
            case BOOL -> Optional.ofNullable(Conversion.boolOrBit(value)).map(Value.Bool::of);
        };
    }

    private static Value number(Value from, Numeral numeral) {
        String text = Conversion.text(from);
        return new Value.Numeric(numeral, text == null ? "" : text.strip());
    }
}
