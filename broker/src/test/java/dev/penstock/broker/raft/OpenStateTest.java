package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.machine.MachineView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenStateTest {

    @TempDir
    Path root;

    /** A snapshot is being installed, and that takes its time. */
    @Test
    void shouldRefuseAViewSoonWhileThereIsNoState() {
        OpenState state = new OpenState(20);

        assertThatThrownBy(state::openView)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Refused.Code.NOT_READY));
    }

    @Test
    void shouldGiveAViewOfTheStateThatComes() throws Exception {
        // given
        OpenState state = new OpenState(20_000);
        CompletableFuture<MachineView> view = CompletableFuture.supplyAsync(state::openView);

        // when
        state.set(new CountingMachine.Disk().open(root));

        // then
        assertThat(view).succeedsWithin(Duration.ofSeconds(20));
    }
}
