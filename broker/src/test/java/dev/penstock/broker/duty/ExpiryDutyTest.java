package dev.penstock.broker.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.broker.deliver.CommandSubmitter.NotDecided;
import dev.penstock.broker.deliver.Events;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.deliver.ScriptedSubmitter;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.KeyPlan;
import dev.penstock.storage.model.StartPosition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiryDutyTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final ScriptedSubmitter submitter = new ScriptedSubmitter(log);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    @BeforeEach
    void leaseOneMessageThatIsOverdue() {
        Events events = Events.open(log);
        events.insert(Events.ORDERS, 1);
        log.submit(List.of(new Command.CreateGroup("g", 1, new StartPosition.Earliest(), GroupConfig.defaults())))
                .join();
        GroupState group = group();
        Reply granted = log.submit(List.of(new Command.Grant(
                        group.id(),
                        group.generation(),
                        group.planVersion(),
                        0,
                        1,
                        new long[] {0},
                        new long[0],
                        KeyPlan.NONE,
                        1)))
                .join()
                .replies()
                .get(0);
        assertThat(granted).isInstanceOf(Reply.Granted.class);
        log.advanceOnly(1_000);
    }

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    private GroupState group() {
        try (MachineView view = log.openView()) {
            return view.group("g").orElseThrow();
        }
    }

    @Test
    void shouldTryAgainAfterASubmissionThatThrew() {
        // given
        submitter.breakDown();
        try (ExpiryDuty duty =
                new ExpiryDuty(submitter, log, scheduler, log.leadership().term())) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 2);

            // when
            submitter.repair();

            // then
            await().atMost(Duration.ofSeconds(20)).until(() -> group().leased() == 0);
        }
    }

    @Test
    void shouldTryAgainAfterARefusal() {
        // given
        submitter.refuse(NotDecided.Reason.OVERLOADED);
        try (ExpiryDuty duty =
                new ExpiryDuty(submitter, log, scheduler, log.leadership().term())) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 2);

            // when
            submitter.repair();

            // then
            await().atMost(Duration.ofSeconds(20)).until(() -> group().leased() == 0);
        }
    }
}
