package dev.penstock.cluster.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.Map;

/** JSON text of plain maps, lists, strings and numbers. */
public final class Json {
    private static final ObjectWriter COMPACT = new ObjectMapper().writer();
    private static final ObjectWriter PRETTY = new ObjectMapper().writerWithDefaultPrettyPrinter();

    private Json() {}

    /** One line. */
    public static String line(Map<String, ?> object) {
        return write(COMPACT, object);
    }

    /** For people; ends with a newline. */
    public static String pretty(Map<String, ?> object) {
        return write(PRETTY, object) + "\n";
    }

    private static String write(ObjectWriter writer, Map<String, ?> object) {
        try {
            return writer.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not plain data", e);
        }
    }
}
