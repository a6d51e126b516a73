package dev.penstock.broker.boot;

import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.deliver.SourceMessages;
import dev.penstock.replicator.emit.Emission;
import dev.penstock.replicator.emit.EmitFault;
import dev.penstock.replicator.emit.MessageEmitter;
import dev.penstock.replicator.flow.SourceConfig;
import dev.penstock.replicator.flow.SourceEmitter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The configured sources as places to send to: faults of Postgres in the words of {@link Refused}. Thread-safe. */
final class SourceSending implements SourceMessages, AutoCloseable {

    private final Map<String, MessageEmitter> emitters = new HashMap<>();

    SourceSending(List<SourceConfig> sources) {
        sources.forEach(source -> emitters.put(source.name(), SourceEmitter.open(source)));
    }

    @Override
    public CompletableFuture<Integer> emit(String stream, List<SourceMessage> messages, long deadlineNanos) {
        MessageEmitter emitter = emitters.get(stream);
        if (emitter == null) {
            return CompletableFuture.failedFuture(new Refused(
                    Refused.Code.SOURCE_UNAVAILABLE,
                    "this node is not configured with the source '" + stream + "': configure it on every node"));
        }
        List<Emission> emissions = messages.stream()
                .map(message -> new Emission(message.prefix(), message.content()))
                .toList();
        return emitter.emit(emissions, deadlineNanos)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(refusalOf(failure)));
    }

    private static Throwable refusalOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof EmitFault fault)) {
            return cause;
        }
        // Hosts and roles are not the senders' affair; the log has them.
        return fault.outcomeUnknown()
                ? new Refused(
                        Refused.Code.OUTCOME_UNKNOWN,
                        "the connection to Postgres was lost before it said whether the messages are committed")
                : new Refused(
                        Refused.Code.SOURCE_UNAVAILABLE,
                        "Postgres takes no messages at the moment, for the reason in the log of this cluster's leader;"
                                + " nothing was sent: repeat the request");
    }

    @Override
    public void close() {
        emitters.values().forEach(MessageEmitter::close);
    }
}
