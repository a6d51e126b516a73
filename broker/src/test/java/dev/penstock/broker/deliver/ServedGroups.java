package dev.penstock.broker.deliver;

import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.plan.LogBatches;
import java.time.Clock;
import java.util.List;

/** Makes the service over a log, and reads its answers. Stateless. */
final class ServedGroups {

    private ServedGroups() {}

    /** To be closed. */
    static GroupService over(LocalLog log, int maxInFlight) {
        LogBatches batches = new LogBatches(1 << 20);
        return new GroupService(
                log,
                log,
                log,
                new EventReader(log, batches),
                batches,
                new ReceiptSeal("a secret of this cluster, 32 characters long"),
                Runnable::run,
                Clock.systemUTC(),
                maxInFlight);
    }

    static List<Long> offsets(Received received) {
        return received.deliveries().stream()
                .map(delivery -> delivery.event().offset())
                .toList();
    }

    static List<String> receipts(Received received) {
        return received.deliveries().stream().map(Delivery::receipt).toList();
    }
}
