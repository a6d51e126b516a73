package dev.penstock.cluster.check;

import java.util.List;

/**
 * What a run did and saw.
 *
 * @param committed per writer in the order of its commits
 * @param log the events of this run's rows in the order of the log
 * @param deliveries of one group, in any order
 * @param settlements of the same group, in any order
 */
public record History(
        List<Transaction> committed, List<LogEntry> log, List<Delivery> deliveries, List<Settlement> settlements) {
    public History {
        committed = List.copyOf(committed);
        log = List.copyOf(log);
        deliveries = List.copyOf(deliveries);
        settlements = List.copyOf(settlements);
    }
}
