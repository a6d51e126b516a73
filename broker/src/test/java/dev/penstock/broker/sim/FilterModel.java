package dev.penstock.broker.sim;

import dev.penstock.storage.model.GroupConfig;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The contract of filters, written from its words over the text of an event: a {@code tables} filter matches row events
 * and truncates of these tables; a logical message reaches a group only if it has no tables filter or names the action.
 */
record FilterModel(List<String> tables, List<String> actions) {

    private static final Pattern LINE = Pattern.compile("\\(.*?\\) (\\w+) (\\S+).*");

    static FilterModel of(GroupConfig config) {
        return new FilterModel(config.tables(), config.actions());
    }

    boolean matches(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("expected an event's line, but got " + line);
        }
        String action = parts.group(1);
        if (!actions.isEmpty() && !actions.contains(action)) {
            return false;
        }
        if (action.equals("message")) {
            return tables.isEmpty() || actions.contains("message");
        }
        String table = parts.group(2);
        return tables.isEmpty() || tables.contains(table) || tables.contains(schemaOf(table) + ".*");
    }

    private static String schemaOf(String table) {
        return table.substring(0, table.indexOf('.'));
    }
}
