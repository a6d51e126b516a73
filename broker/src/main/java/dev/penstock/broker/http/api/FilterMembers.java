package dev.penstock.broker.http.api;

import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.JsonMembers;
import dev.penstock.storage.model.Action;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The member {@code filter} of a body.
 *
 * @param where empty if there is none
 */
record FilterMembers(List<String> tables, List<String> actions, String where) {

    private static final int MAX_ENTRIES = 1_000;
    private static final int MAX_TABLE_CHARACTERS = 200;

    /** Of a body without it: a filter that everything passes. */
    static FilterMembers of(JsonMembers body) {
        JsonMembers filter = body.object("filter").orElse(null);
        if (filter == null) {
            return new FilterMembers(List.of(), List.of(), "");
        }
        List<String> tables = filter.texts("tables", MAX_ENTRIES);
        tables.forEach(FilterMembers::checkTable);
        List<String> actions = filter.texts("actions", MAX_ENTRIES);
        actions.forEach(FilterMembers::checkAction);
        String where = filter.text("where").orElse("");
        filter.end();
        return new FilterMembers(tables, actions, where);
    }

    private static void checkTable(String table) {
        int dot = table.indexOf('.');
        if (dot < 1 || dot == table.length() - 1 || table.length() > MAX_TABLE_CHARACTERS) {
            throw HttpFailure.invalid("expected \"schema.table\" or \"schema.*\" in 'filter.tables', but got '"
                    + HttpFailure.shown(table) + "'");
        }
    }

    private static void checkAction(String word) {
        boolean known =
                Arrays.stream(Action.values()).anyMatch(action -> action.word().equals(word));
        if (!known) {
            throw HttpFailure.invalid("expected one of "
                    + Arrays.stream(Action.values()).map(Action::word).collect(Collectors.joining(", "))
                    + " in 'filter.actions', but got '" + HttpFailure.shown(word) + "'");
        }
    }
}
