package dev.penstock.broker.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the machine, so that tests can give it another.
 *
 * @param home the user's home directory
 */
record Surroundings(Map<String, String> environment, Path home) {

    static Surroundings ofThisProcess() {
        return new Surroundings(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    }

    /** Empty if not set. */
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
