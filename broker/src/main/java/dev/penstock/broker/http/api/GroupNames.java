package dev.penstock.broker.http.api;

import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import java.util.regex.Pattern;

/** Names of groups and streams. Stateless. */
final class GroupNames {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,75}");

    private GroupNames() {}

    static String checked(String name, String what) {
        if (!NAME.matcher(name).matches()) {
            throw HttpFailure.invalid("expected 1 to 75 letters, digits, '-' and '_' as the name of a " + what
                    + ", but got '" + HttpFailure.shown(name) + "'");
        }
        return name;
    }

    static String ofGroup(Exchange exchange) {
        return checked(exchange.parameter("group"), "group");
    }

    static String ofStream(Exchange exchange) {
        return checked(exchange.parameter("stream"), "stream");
    }
}
