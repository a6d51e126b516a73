package dev.penstock.broker.raft;

import dev.penstock.broker.deliver.LeaderView.Leadership;
import dev.penstock.broker.deliver.LeaderView.Role;
import dev.penstock.storage.machine.Command;
import java.io.IOException;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the Raft group from outside, since Ratis does not tell everything: a group that closed itself ends the process, a
 * leadership that is gone ends the proposer's reign. Once a second it ends the process if its appends fail for good, forces the log's watermark and, on the leader, marks
 * the log where that is needed. Runs on the events thread; {@link #stop} is called by any.
 */
final class RaftWatch {
    private static final Logger LOG = LoggerFactory.getLogger(RaftWatch.class);
    /** Marks compare the nodes' digests; while nothing is applied there is nothing new to compare. */
    private static final int MARK_EVERY_SECONDS = 10;

    private final RaftAdmin admin;
    private final MachineAdapter adapter;
    private final LeaderWatch leaderWatch;
    private final Proposer proposer;
    private final LogWatermark watermark;
    private final FailStop failStop;
    private final AppendChain appends;
    private final CatchUp catchUp = new CatchUp();
    private volatile boolean stopped;
    private volatile long markedIndex = -1;
    private long seenIndex = -1;
    private int secondsSinceMark;

    RaftWatch(
            RaftAdmin admin,
            MachineAdapter adapter,
            LeaderWatch leaderWatch,
            Proposer proposer,
            LogWatermark watermark,
            FailStop failStop) {
        this.admin = admin;
        this.adapter = adapter;
        this.leaderWatch = leaderWatch;
        this.proposer = proposer;
        this.watermark = watermark;
        this.failStop = failStop;
        this.appends = AppendChain.of(admin.division());
    }

    /** The group is about to be closed in order: from here on that is no fault. */
    void stop() {
        stopped = true;
    }

    boolean isCaughtUp() {
        return catchUp.isReached();
    }

    void look() {
        if (stopped) {
            return;
        }
        // Read before Ratis is asked: what is learned then is newer than this.
        Leadership known = leaderWatch.leadership();
        try {
            DivisionInfo info = admin.division().getInfo();
            LifeCycle.State state = info.getLifeCycleState();
            if (state.isClosingOrClosed() || state == LifeCycle.State.EXCEPTION) {
                haltUnlessStopped("the Raft group of this node is " + state + " by itself", null);
                return;
            }
            Role role = Roles.of(info);
            long term = info.getCurrentTerm();
            if (known.ready() && (role != Role.LEADER || term != known.term())) {
                proposer.follow(known.term());
            }
            leaderWatch.observe(known, role, term, Roles.leader(info));
            if (!catchUp.isReached()) {
                catchUp.observe(leaderWatch.leadership().leads(), admin.status());
            }
        } catch (IllegalStateException e) {
            haltUnlessStopped("the Raft group of this node is gone", e);
        }
    }

    private void haltUnlessStopped(String reason, @Nullable Throwable cause) {
        if (!stopped) {
            failStop.halt(reason, cause);
        }
    }

    void everySecond() {
        if (stopped) {
            return;
        }
        if (appends.isBroken()) {
            haltUnlessStopped("an append to the Raft log failed, and Ratis would fail all that follow", null);
            return;
        }
        try {
            adapter.tick();
            watermark.advance(admin.division().getRaftLog().getLastCommittedIndex());
            if (leaderWatch.leadership().leads()) {
                markIfNeeded(adapter.appliedIndex());
            }
        } catch (IOException e) {
            haltUnlessStopped("the log's watermark could not be written", e);
        }
    }

    /**
     * An idle cluster does not bring a follower back that lost its place (RATIS-2523): an entry a second does. And now and
     * then the nodes' digests are to be compared. On the lane of appends, so that it does not look like a consumer.
     */
    private void markIfNeeded(long appliedIndex) {
        boolean idle = appliedIndex == seenIndex;
        seenIndex = appliedIndex;
        secondsSinceMark++;
        boolean due = secondsSinceMark >= MARK_EVERY_SECONDS && appliedIndex > markedIndex;
        if (due || (idle && admin.followerBehind())) {
            secondsSinceMark = 0;
            // The next one need not wait for what this one itself appended.
            seenIndex = appliedIndex + 1;
            var unused = proposer.append(new Command.Mark()).whenComplete((decided, failure) -> {
                if (failure != null) {
                    LOG.debug("A mark was not decided", failure);
                } else {
                    markedIndex = decided.index();
                }
            });
        }
    }
}
