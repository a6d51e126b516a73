package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import org.junit.jupiter.api.Test;

class StreamsTest {

    private final Machine empty = new Machine(new InMemoryStore());

    /** @param configured whether a source of any name is */
    private record State(Machine machine, boolean isCaughtUp, boolean configured) implements AppliedState {

        @Override
        public MachineView openView() {
            return machine.openView();
        }

        @Override
        public long appliedIndex() {
            return machine.appliedIndex();
        }

        @Override
        public boolean isConfigured(String stream) {
            return configured;
        }

        @Override
        public long logTimeMillis() {
            return machine.clockMillis();
        }

        @Override
        public void onApplied(Listener listener) {
            throw new UnsupportedOperationException("nobody listens");
        }
    }

    private void assertRefused(State state, Refused.Code code) {
        try (MachineView view = state.openView()) {
            assertThatThrownBy(() -> Streams.named("main", state, view))
                    .isInstanceOfSatisfying(
                            Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
        }
    }

    @Test
    void shouldSayThatThereIsNoStreamOnlyWhenItCanKnow() {
        assertRefused(new State(empty, true, false), Refused.Code.UNKNOWN_STREAM);
        assertRefused(new State(empty, false, false), Refused.Code.NO_LEADER);
    }

    /** The first start of a source under load: its stream comes seconds after the node is ready. */
    @Test
    void shouldAskToRepeatWhileAConfiguredSourceHasNoStreamYet() {
        assertRefused(new State(empty, true, true), Refused.Code.NO_LEADER);
    }
}
