package dev.penstock.broker.sim;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Optional;

/**
 * The first error that a part reported instead of throwing it. Thousands of faults are meant in a simulation, and would be
 * warned of; what is reported as an error is not meant. What other threads of this JVM report is none of the simulation's.
 */
final class ReportedErrors extends AppenderBase<ILoggingEvent> {

    private final Thread simulation = Thread.currentThread();
    private String first = "";

    @Override
    protected void append(ILoggingEvent event) {
        if (Thread.currentThread() == simulation && first.isEmpty()) {
            IThrowableProxy thrown = event.getThrowableProxy();
            first = event.getFormattedMessage() + (thrown == null ? "" : ": " + thrown.getMessage());
        }
    }

    Optional<String> first() {
        return first.isEmpty() ? Optional.empty() : Optional.of(first);
    }

    void forget() {
        first = "";
    }
}
