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
import dev.penstock.storage.model.Retention;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionDutyTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final ScriptedSubmitter submitter = new ScriptedSubmitter(log);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    @BeforeEach
    void storeMoreBatchesThanOneTrimTakes() {
        Events events = Events.open(log);
        for (int i = 0; i < 450; i++) {
            events.insert(Events.ORDERS, 1);
        }
        log.submit(List.of(new Command.SetRetention(1, new Retention(1_000, 0, 0))))
                .join();
    }

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    private long earliest() {
        try (MachineView view = log.openView()) {
            return view.stream(1).orElseThrow().earliest();
        }
    }

    private RetentionDuty start() {
        return new RetentionDuty(submitter, log, scheduler, log.leadership().term());
    }

    @Test
    void shouldTrimAllThatIsOverAgeOnceItIs() {
        try (RetentionDuty duty = start()) {
            assertThat(duty).isNotNull();
            await().during(Duration.ofMillis(1_500))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> earliest() == 0 && submitter.calls() == 0);

            log.advanceOnly(1_000);

            await().atMost(Duration.ofSeconds(20)).until(() -> earliest() == 450);
            assertThat(submitter.calls()).isEqualTo(3);
        }
    }

    @Test
    void shouldTryAgainAfterASubmissionThatThrewAndAfterARefusal() {
        log.advanceOnly(1_000);
        submitter.breakDown();
        try (RetentionDuty duty = start()) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 2);
            submitter.refuse(NotDecided.Reason.OVERLOADED);
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 4);

            submitter.repair();

            await().atMost(Duration.ofSeconds(20)).until(() -> earliest() == 450);
        }
    }

    @Test
    void shouldNotTrimAfterItsTerm() {
        log.advanceOnly(1_000);
        try (RetentionDuty duty =
                new RetentionDuty(submitter, log, scheduler, log.leadership().term() - 1)) {
            assertThat(duty).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> submitter.calls() >= 2);
        }
        assertThat(earliest()).isZero();
    }
}
