package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.BrokerApi;
import dev.penstock.cluster.load.ConsumerRecord;
import dev.penstock.cluster.load.Ledger;
import dev.penstock.cluster.postgres.DemoDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The line that shows a running demo in figures. Confined to one thread. */
final class LiveLine implements AutoCloseable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(LiveLine.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    /** Three leases: whatever a fail-over held up has come back by then. */
    private static final Duration LOST_AFTER = DemoRun.VISIBILITY.multipliedBy(3);

    private final Demo demo;
    private final Ledger ledger;
    private final ConsumerRecord record;
    private @Nullable Connection connection;

    LiveLine(Demo demo, Ledger ledger, ConsumerRecord record) {
        this.demo = demo;
        this.ledger = ledger;
        this.record = record;
    }

    String text() throws InterruptedException {
        return String.format(
                Locale.ROOT,
                "%s  committed %d  delivered %d  redelivered %d  lost %d  lag %d ms  leader %s  slot %s",
                LocalTime.now(java.time.ZoneId.systemDefault()).format(TIME),
                ledger.committedChanges(),
                ledger.deliveredChanges(),
                record.redelivered(),
                ledger.overdue(LOST_AFTER.toNanos()),
                record.lagMillis(),
                leader(),
                slot());
    }

    private String leader() throws InterruptedException {
        for (BrokerApi node : demo.nodes()) {
            try {
                String leader = node.cluster().leader();
                return leader.isEmpty() ? "none" : leader;
            } catch (IOException e) {
                LOG.debug("{} does not answer: {}", node.url(), e.getMessage());
            }
        }
        return "none";
    }

    private String slot() {
        try {
            Connection open = connection;
            if (open == null) {
                open = DriverManager.getConnection(demo.parts().postgres().jdbcUrl());
                connection = open;
            }
            long bytes = DemoDatabase.retainedWalBytes(
                    open, demo.parts().state().names().slot());
            return bytes < 0 ? "none" : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
        } catch (SQLException e) {
            close();
            return "unknown";
        }
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("a broken connection did not close: {}", e.getMessage());
            }
        }
    }
}
