package dev.penstock.replicator.flow;

import dev.penstock.storage.model.ChangeEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events as lines for comparison: {@code update x.t key={"id":1} {"id":1,"a":"y"} was={"a":"x"} unchanged=["big"]}. */
final class EventText {

    private EventText() {}

    static List<String> lines(List<ChangeEvent> events) {
        return events.stream().map(EventText::line).toList();
    }

    static String line(ChangeEvent event) {
        StringBuilder line = new StringBuilder(event.action().word());
        if (!event.route().name().isEmpty()) {
            line.append(' ');
            if (!event.route().schema().isEmpty()) {
                line.append(event.route().schema()).append('.');
            }
            line.append(event.route().name());
        }
        part(line, " key=", event.key());
        part(line, " ", event.record());
        part(line, " was=", event.changes());
        part(line, " unchanged=", event.unchanged());
        return line.toString();
    }

    private static void part(StringBuilder line, String name, byte[] json) {
        if (json.length > 0) {
            line.append(name).append(new String(json, StandardCharsets.UTF_8));
        }
    }
}
