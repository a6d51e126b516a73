package dev.penstock.broker.http;

import dev.penstock.broker.deliver.DeadLetterService;
import dev.penstock.broker.deliver.GroupInspection;
import dev.penstock.broker.deliver.GroupService;
import dev.penstock.broker.deliver.GroupService.Created;
import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.deliver.GroupService.Sought;
import dev.penstock.broker.deliver.GroupService.Tags;
import dev.penstock.broker.deliver.GroupService.Updated;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.StartPosition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What endpoints need of {@link GroupService}; see there. Two stand behind it: the service, and a fake in tests. */
public interface GroupOperations {

    CompletableFuture<Created> create(String name, String stream, StartPosition start, GroupConfig config);

    CompletableFuture<Long> delete(String name);

    CompletableFuture<Updated> update(String name, GroupChange change);

    Optional<Tags> tags(String name);

    List<Described> list();

    Optional<GroupState> state(String name);

    Optional<Described> describe(String name);

    GroupInspection.Messages messages(GroupInspection.Query query);

    GroupInspection.Parked parked(GroupInspection.ParkedQuery query);

    /** Blocks on the store. */
    DeadLetterService.Page deadLetters(DeadLetterService.Query query);

    CompletableFuture<DeadLetterService.Changed> redrive(DeadLetterService.Selection selection);

    CompletableFuture<DeadLetterService.Changed> dropDeadLetters(DeadLetterService.Selection selection);

    CompletableFuture<DeadLetterService.Changed> moveDeadLetters(DeadLetterService.Move move);

    CompletableFuture<Received> receive(ReceiveRequest request);

    void release(Received received);

    CompletableFuture<Settled> ack(String group, List<String> receipts);

    CompletableFuture<Settled> nack(String group, List<String> receipts, long delayMillis);

    CompletableFuture<Settled> extend(String group, List<String> receipts, long visibilityMillis, boolean lenient);

    CompletableFuture<Sought> seek(String group, StartPosition to, boolean dryRun);

    static GroupOperations of(GroupService service) {
        return new GroupOperations() {
            @Override
            public CompletableFuture<Created> create(
                    String name, String stream, StartPosition start, GroupConfig config) {
                return service.create(name, stream, start, config);
            }

            @Override
            public CompletableFuture<Long> delete(String name) {
                return service.delete(name);
            }

            @Override
            public CompletableFuture<Updated> update(String name, GroupChange change) {
                return service.update(name, change);
            }

            @Override
            public Optional<Tags> tags(String name) {
                return service.tags(name);
            }

            @Override
            public List<Described> list() {
                return service.list();
            }

            @Override
            public Optional<GroupState> state(String name) {
                return service.state(name);
            }

            @Override
            public Optional<Described> describe(String name) {
                return service.describe(name);
            }

            @Override
            public GroupInspection.Messages messages(GroupInspection.Query query) {
                return service.messages(query);
            }

            @Override
            public GroupInspection.Parked parked(GroupInspection.ParkedQuery query) {
                return service.parked(query);
            }

            @Override
            public DeadLetterService.Page deadLetters(DeadLetterService.Query query) {
                return service.deadLetters().list(query);
            }

            @Override
            public CompletableFuture<DeadLetterService.Changed> redrive(DeadLetterService.Selection selection) {
                return service.deadLetters().redrive(selection);
            }

            @Override
            public CompletableFuture<DeadLetterService.Changed> dropDeadLetters(DeadLetterService.Selection selection) {
                return service.deadLetters().drop(selection);
            }

            @Override
            public CompletableFuture<DeadLetterService.Changed> moveDeadLetters(DeadLetterService.Move move) {
                return service.deadLetters().move(move);
            }

            @Override
            public CompletableFuture<Received> receive(ReceiveRequest request) {
                return service.receive(request);
            }

            @Override
            public void release(Received received) {
                service.release(received);
            }

            @Override
            public CompletableFuture<Settled> ack(String group, List<String> receipts) {
                return service.ack(group, receipts);
            }

            @Override
            public CompletableFuture<Settled> nack(String group, List<String> receipts, long delayMillis) {
                return service.nack(group, receipts, delayMillis);
            }

            @Override
            public CompletableFuture<Settled> extend(
                    String group, List<String> receipts, long visibilityMillis, boolean lenient) {
                return service.extend(group, receipts, visibilityMillis, lenient);
            }

            @Override
            public CompletableFuture<Sought> seek(String group, StartPosition to, boolean dryRun) {
                return service.seek(group, to, dryRun);
            }
        };
    }
}
