package dev.penstock.broker.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A thread with a timer that does one task when it is told to; virtual time. */
final class VirtualScheduler extends AbstractExecutorService implements ScheduledExecutorService {

    private final LongSupplier nanoTime;
    private final List<Task> tasks = new ArrayList<>();

    VirtualScheduler(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private final class Task implements ScheduledFuture<Object> {
        private final Runnable runnable;
        private final long periodNanos;
        private long dueNanos;
        private boolean cancelled;

        Task(Runnable runnable, long dueNanos, long periodNanos) {
            this.runnable = runnable;
            this.dueNanos = dueNanos;
            this.periodNanos = periodNanos;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - nanoTime.getAsLong(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        @Override
        public boolean cancel(boolean interrupt) {
            cancelled = true;
            return tasks.remove(this);
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean isDone() {
            return cancelled;
        }

        @Override
        public Object get() {
            throw new UnsupportedOperationException("nobody waits in a simulation");
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            throw new UnsupportedOperationException("nobody waits in a simulation");
        }
    }

    /** Does the task that is due longest, if any is due. */
    boolean runOne() {
        long now = nanoTime.getAsLong();
        Task next = null;
        for (Task task : tasks) {
            if (task.dueNanos - now <= 0 && (next == null || task.dueNanos - next.dueNanos < 0)) {
                next = task;
            }
        }
        if (next == null) {
            return false;
        }
        if (next.periodNanos == 0) {
            tasks.remove(next);
        } else {
            next.dueNanos = now + next.periodNanos;
        }
        next.runnable.run();
        return true;
    }

    @Override
    public void execute(Runnable command) {
        tasks.add(new Task(command, nanoTime.getAsLong(), 0));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
        Task task = new Task(command, nanoTime.getAsLong() + unit.toNanos(first), unit.toNanos(delay));
        tasks.add(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long first, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(command, first, period, unit);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        Task task = new Task(command, nanoTime.getAsLong() + unit.toNanos(delay), 0);
        tasks.add(task);
        return task;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("no duty asks for a value");
    }

    @Override
    public void shutdown() {
        tasks.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        tasks.clear();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
