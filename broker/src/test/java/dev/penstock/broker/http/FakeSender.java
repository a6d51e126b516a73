package dev.penstock.broker.http;

import dev.penstock.broker.deliver.MessageSending.Sent;
import dev.penstock.broker.http.sqs.MessageSender;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Sends into {@link FakeGroups}, at once. Thread-safe. */
public final class FakeSender implements MessageSender {

    private final FakeGroups groups;

    /** What a send fails by. */
    public volatile Optional<RuntimeException> failure = Optional.empty();

    /** False: the log does not hold it in time. */
    public volatile boolean arrives = true;

    FakeSender(FakeGroups groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Sent> send(String group, List<byte[]> envelopes, long deadlineNanos) {
        if (failure.isPresent()) {
            return CompletableFuture.failedFuture(failure.get());
        }
        List<Long> offsets = new ArrayList<>();
        for (byte[] envelope : envelopes) {
            offsets.add(groups.addMessage(
                    group, "penstock:m:" + group, new String(envelope, StandardCharsets.UTF_8), Optional.empty()));
        }
        return CompletableFuture.completedFuture(new Sent(arrives ? offsets : List.of()));
    }
}
