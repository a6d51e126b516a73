package dev.penstock.broker.cli;

import dev.penstock.broker.config.DatabaseUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The source of a cluster to be.
 *
 * @param url without password; as it was given otherwise, parameters included
 * @param password empty = to be given by the environment
 */
record PlannedSource(String url, Optional<String> password, List<String> tables) {

    private static final Pattern WITH_PASSWORD = Pattern.compile("(postgres(?:ql)?://[^:@/?]+):([^@/]*)@(.*)");
    private static final Pattern TABLE = Pattern.compile("[^.*\\p{Cntrl}]{1,63}\\.[^.*\\p{Cntrl}]{1,63}");

    static Optional<PlannedSource> of(String databaseUrl, List<String> tables) {
        for (String table : tables) {
            if (!TABLE.matcher(table).matches()) {
                throw new CommandFailed(
                        ExitCode.USAGE, "expected schema.table, such as public.orders, but got '" + table + "'", "");
            }
        }
        if (databaseUrl.isEmpty()) {
            return Optional.empty();
        }
        String url = databaseUrl;
        Optional<String> password = Optional.empty();
        Matcher matcher = WITH_PASSWORD.matcher(databaseUrl);
        if (matcher.matches()) {
            url = matcher.group(1) + "@" + matcher.group(3);
            password = Optional.of(decoded(matcher.group(2)));
        }
        try {
            DatabaseUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "expected --database-url postgresql://user@host:port/database, but " + e.getMessage(),
                    "");
        }
        return Optional.of(new PlannedSource(url, password, tables));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "the password in --database-url has a '%' that is not part of %XX",
                    "write it as %25");
        }
    }

    @Override
    public String toString() {
        return "PlannedSource[" + url + "]";
    }
}
