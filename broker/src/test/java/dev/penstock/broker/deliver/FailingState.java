package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.MachineView;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The applied state of a log whose events from some offset on cannot be read. */
final class FailingState implements AppliedState {

    private final LocalLog log;
    private long unreadableFrom = Long.MAX_VALUE;

    FailingState(LocalLog log) {
        this.log = log;
    }

    void failFrom(long offset) {
        unreadableFrom = offset;
    }

    @Override
    public MachineView openView() {
        MachineView view = log.openView();
        return (MachineView) Proxy.newProxyInstance(
                MachineView.class.getClassLoader(), new Class<?>[] {MachineView.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("batchAt") && (long) arguments[1] >= unreadableFrom) {
                        throw new IllegalStateException("unreadable for the test");
                    }
                    try {
                        return method.invoke(view, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    @Override
    public long appliedIndex() {
        return log.appliedIndex();
    }

    @Override
    public boolean isCaughtUp() {
        return true;
    }

    @Override
    public long logTimeMillis() {
        return log.logTimeMillis();
    }

    @Override
    public void onApplied(Listener listener) {
        log.onApplied(listener);
    }
}
