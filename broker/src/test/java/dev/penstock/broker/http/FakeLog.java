package dev.penstock.broker.http;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.EventReader.Page;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.StreamState;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** One stream, {@code main}, in memory, with what is asked of the applied state. Thread-safe. */
public final class FakeLog implements AppliedState {

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<RenderedEvent> events = new ArrayList<>();
    private long earliest;

    public synchronized void trimTo(long offset) {
        earliest = offset;
    }

    public void append(int count) {
        synchronized (this) {
            for (int i = 0; i < count; i++) {
                events.add(FakeGroups.event(events.size()));
            }
        }
        listeners.forEach(listener -> listener.applied(new Applied(1, List.of(), Set.of(1), Set.of(), Map.of())));
    }

    public synchronized Page read(String stream, long offset, int limit, long maxBytes) {
        if (!stream.equals("main")) {
            throw new Refused(Refused.Code.UNKNOWN_STREAM, "there is no stream '" + stream + "'");
        }
        if (offset < earliest) {
            throw new Refused(Refused.Code.OFFSET_TRIMMED, "trimmed", earliest, events.size());
        }
        int from = (int) Math.min(offset, events.size());
        int to = Math.min(events.size(), from + limit);
        return new Page(List.copyOf(events.subList(from, to)), Math.max(offset, to), to == events.size());
    }

    private synchronized StreamState state() {
        return new StreamState(1, "main", earliest, events.size(), 4_711, 99, Retention.UNLIMITED);
    }

    /** Knows streams and nothing else: the other questions are for the services, which are fakes here. */
    @Override
    public MachineView openView() {
        return (MachineView) Proxy.newProxyInstance(
                FakeLog.class.getClassLoader(), new Class<?>[] {MachineView.class}, (proxy, method, arguments) -> {
                    boolean byName = arguments != null && arguments[0] instanceof String;
                    return switch (method.getName()) {
                        case "streams" -> List.of(state());
                        case "stream" ->
                            byName && !arguments[0].equals("main") ? Optional.empty() : Optional.of(state());
                        case "close" -> null;
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    @Override
    public long appliedIndex() {
        return 1;
    }

    @Override
    public boolean isCaughtUp() {
        return true;
    }

    @Override
    public long logTimeMillis() {
        return 0;
    }

    @Override
    public void onApplied(Listener listener) {
        listeners.add(listener);
    }
}
