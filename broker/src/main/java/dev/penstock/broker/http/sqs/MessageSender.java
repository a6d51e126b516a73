package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.MessageSending;
import dev.penstock.broker.deliver.MessageSending.Sent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What endpoints need of {@link MessageSending}; see there. Two stand behind it: that, and a stand-in of tests. */
public interface MessageSender {

    CompletableFuture<Sent> send(String group, List<byte[]> envelopes, long deadlineNanos);
}
