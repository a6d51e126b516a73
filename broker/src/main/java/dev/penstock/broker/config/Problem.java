package dev.penstock.broker.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param origin file, or the variable of the environment
 * @param line from 1; 0 if there is none
 * @param key full key, such as {@code http.bind}; empty for the file as a whole
 * @param message what was expected, what was seen, what to do; never a secret
 */
public record Problem(String origin, int line, String key, String message) {

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(origin);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!key.isEmpty()) {
            text.append(": ").append(key);
        }
        return text.append(": ").append(message).toString();
    }
}
