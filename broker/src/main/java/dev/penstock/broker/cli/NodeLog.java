package dev.penstock.broker.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.penstock.broker.config.LogSettings;
import dev.penstock.broker.raft.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Puts the configuration's log settings into effect, on top of logback.xml. */
final class NodeLog {

    /** As in logback.xml. */
    static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level [%thread] %logger{20} %replace(%msg){'\\p{Cntrl}', ' '}%n%ex";

    private NodeLog() {}

    static void begin(LogSettings settings) throws StartRefused {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("dev.penstock")
                .setLevel(Level.toLevel(settings.level().name()));
        Optional<Path> file = settings.file();
        if (file.isPresent()) {
            addFile(context, file.get(), settings);
        }
    }

    private static void addFile(LoggerContext context, Path file, LogSettings settings) throws StartRefused {
        try {
            Path directory = file.toAbsolutePath().resolveSibling("");
            Files.createDirectories(directory);
            if (!Files.isWritable(Files.exists(file) ? file : directory)) {
                throw new IOException("not writable");
            }
        } catch (IOException e) {
            throw new StartRefused(
                    StartRefused.Reason.UNWRITABLE,
                    "the log file " + file + " (log.file) cannot be written (" + e.getMessage()
                            + "); make its directory" + " writable or choose another",
                    e);
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();

        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setName("file");
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.setRollingPolicy(window(context, appender, settings));
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(new FileSize(settings.fileBytes()));
        trigger.start();
        appender.setTriggeringPolicy(trigger);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    private static FixedWindowRollingPolicy window(
            LoggerContext context, RollingFileAppender<ILoggingEvent> appender, LogSettings settings) {
        FixedWindowRollingPolicy policy = new FixedWindowRollingPolicy();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(appender.getFile() + ".%i");
        policy.setMinIndex(1);
        policy.setMaxIndex(settings.filesKept());
        policy.start();
        return policy;
    }
}
