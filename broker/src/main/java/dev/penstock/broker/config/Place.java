package dev.penstock.broker.config;

/**
 * Where something was read.
 *
 * @param line from 1; 0 if it has no line, as a variable of the environment
 */
record Place(String origin, int line) implements Comparable<Place> {

    static Place of(String origin) {
        return new Place(origin, 0);
    }

    @Override
    public int compareTo(Place other) {
        int byOrigin = origin.compareTo(other.origin);
        return byOrigin != 0 ? byOrigin : Integer.compare(line, other.line);
    }

    @Override
    public String toString() {
        return line == 0 ? origin : origin + ":" + line;
    }
}
