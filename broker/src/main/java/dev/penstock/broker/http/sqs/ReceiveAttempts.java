package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupService.Received;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * What receives on FIFO queues got that named an attempt: the same attempt within five minutes gets the same messages with
 * the same handles, unless one of them was deleted or had its visibility changed. In the leader's memory only, bounded:
 * what is forgotten is received anew, when its leases end. Thread-safe.
 */
final class ReceiveAttempts {

    /** AWS' deduplication interval. */
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final long MAX_BYTES = 32L << 20;
    private static final int OVERHEAD_BYTES = 1_000;
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private record Attempt(String group, String id) {}

    private record Remembered(Received received, long bytes, long untilNanos) {}

    private final LongSupplier nanoTime;
    private final LinkedHashMap<Attempt, Remembered> remembered = new LinkedHashMap<>();
    private final Map<String, Attempt> byHandle = new HashMap<>();
    private long bytes;

    ReceiveAttempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The attempt that the request names; refused where it cannot be one. */
    static Optional<String> idOf(SqsInput input, boolean fifo) {
        Optional<String> id = input.text("ReceiveRequestAttemptId");
        if (id.isPresent() && !fifo) {
            throw SqsFailure.invalidValue(
                    id.get(),
                    "ReceiveRequestAttemptId",
                    "The request includes a parameter that is not valid for this queue type.");
        }
        if (id.isPresent() && !ID.matcher(id.get()).matches()) {
            throw SqsFailure.invalidValue(
                    id.get(),
                    "ReceiveRequestAttemptId",
                    "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
        return id;
    }

    synchronized Optional<Received> find(String group, String id) {
        forgetOld();
        return Optional.ofNullable(remembered.get(new Attempt(group, id))).map(Remembered::received);
    }

    synchronized void remember(String group, String id, Received received) {
        Attempt attempt = new Attempt(group, id);
        forget(attempt);
        long size = OVERHEAD_BYTES;
        for (Delivery delivery : received.deliveries()) {
            size += OVERHEAD_BYTES + delivery.event().json().length;
        }
        remembered.put(attempt, new Remembered(received, size, nanoTime.getAsLong() + REMEMBERED_NANOS));
        received.deliveries().forEach(delivery -> byHandle.put(delivery.receipt(), attempt));
        bytes += size;
        forgetOld();
    }

    /** Messages were deleted, or had their visibility changed. */
    synchronized void touched(List<String> handles) {
        for (String handle : handles) {
            Attempt attempt = byHandle.get(handle);
            if (attempt != null) {
                forget(attempt);
            }
        }
    }

    private void forgetOld() {
        long now = nanoTime.getAsLong();
        while (!remembered.isEmpty()) {
            Iterator<Map.Entry<Attempt, Remembered>> oldest =
                    remembered.entrySet().iterator();
            Map.Entry<Attempt, Remembered> first = oldest.next();
            if (first.getValue().untilNanos() - now > 0 && bytes <= MAX_BYTES) {
                return;
            }
            forget(first.getKey());
        }
    }

    private void forget(Attempt attempt) {
        Remembered gone = remembered.remove(attempt);
        if (gone != null) {
            bytes -= gone.bytes();
            gone.received().deliveries().forEach(delivery -> byHandle.remove(delivery.receipt(), attempt));
        }
    }
}
