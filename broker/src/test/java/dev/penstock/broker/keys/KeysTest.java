package dev.penstock.broker.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.LocalLog;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.keys.KeyService.Issued;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Keys from the service through the log to the ring of a node. */
class KeysTest {

    private static final long HOUR = 3_600_000;

    private final InMemoryStore store = new InMemoryStore();
    private final LocalLog log = new LocalLog(new Machine(store));
    private final Optional<MasterKey> master = Optional.of(new MasterKey("0123456789abcdef0123456789abcdef"));
    private final KeyService service = service(master);
    private final KeyRing ring = new KeyRing(log, master);

    private KeyService service(Optional<MasterKey> masterKey) {
        return new KeyService(log, log, log, masterKey, Set.of("configured"));
    }

    private List<String> secrets(String id) {
        return ring.find(id) instanceof KeyRing.Known known ? known.secrets() : List.of();
    }

    private static Refused.Code refusal(CompletableFuture<?> future) {
        try {
            future.join();
            throw new AssertionError("expected a refusal");
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refused refused) {
                return refused.code();
            }
            throw e;
        }
    }

    private Issued create(String id) {
        return service.create(Optional.of(id), List.of("consume:a*", "monitor")).join();
    }

    @Test
    void shouldKnowAKeyOnceItIsMade() {
        assertThat(ring.find("app")).isEqualTo(new KeyRing.None());

        Issued issued = create("app");

        assertThat(ring.find("app"))
                .isEqualTo(new KeyRing.Known("app", List.of("consume:a*", "monitor"), List.of(issued.secret())));
        assertThat(issued.secret()).matches("[A-Za-z0-9_-]{43}");
        assertThat(issued.toString()).doesNotContain(issued.secret());
    }

    @Test
    void shouldMakeIdsThatDiffer() {
        String first = service.create(Optional.empty(), List.of("admin")).join().id();
        String second =
                service.create(Optional.empty(), List.of("admin")).join().id();

        assertThat(first).matches("PK[0-9A-F]{18}").isNotEqualTo(second);
    }

    @Test
    void shouldHoldNoSecretInTheStateInClear() {
        Issued issued = create("app");

        try (MachineView view = log.openView()) {
            byte[] sealed = view.apiKeys().get(0).secret();
            assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .doesNotContain(issued.secret());
            assertThat(view.apiKeys().get(0).toString()).doesNotContain(issued.secret());
        }
    }

    @Test
    void shouldForgetARevokedKeyAtOnce() {
        create("app");
        assertThat(secrets("app")).hasSize(1);

        service.revoke("app", false).join();

        assertThat(ring.find("app")).isEqualTo(new KeyRing.None());
        assertThat(refusal(service.rotate("app", 0))).isEqualTo(Refused.Code.KEY_REVOKED);
        assertThat(service.list())
                .singleElement()
                .satisfies(listed -> assertThat(listed.key().revoked()).isTrue());
    }

    @Test
    void shouldTakeBothSecretsUntilTheOverlapIsOver() {
        Issued old = create("app");
        Issued fresh = service.rotate("app", 12 * HOUR).join();

        assertThat(secrets("app")).containsExactly(fresh.secret(), old.secret());
        assertThat(fresh.previousMillis()).isEqualTo(12 * HOUR);
        assertThat(fresh.scopes()).isEqualTo(old.scopes());
        log.advanceOnly(12 * HOUR - 1);
        assertThat(secrets("app")).hasSize(2);
        assertThat(service.list().get(0).previousMillis()).isEqualTo(1);
        log.advanceOnly(1);
        assertThat(secrets("app")).containsExactly(fresh.secret());
        assertThat(service.list().get(0).previousMillis()).isZero();
    }

    @Test
    void shouldVoidTheOldSecretAlone() {
        create("app");
        Issued fresh = service.rotate("app", HOUR).join();

        service.revoke("app", true).join();

        assertThat(secrets("app")).containsExactly(fresh.secret());
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        create("app");

        assertThat(refusal(service.create(Optional.of("app"), List.of("admin"))))
                .isEqualTo(Refused.Code.KEY_EXISTS);
        assertThat(refusal(service.create(Optional.of("configured"), List.of("admin"))))
                .isEqualTo(Refused.Code.KEY_EXISTS);
        assertThat(refusal(service.rotate("nobody", 0))).isEqualTo(Refused.Code.UNKNOWN_KEY);
        assertThat(refusal(service.revoke("nobody", false))).isEqualTo(Refused.Code.UNKNOWN_KEY);
        assertThat(refusal(service.rotate("configured", 0))).isEqualTo(Refused.Code.INVALID_REQUEST);
        assertThat(refusal(service.revoke("configured", false))).isEqualTo(Refused.Code.INVALID_REQUEST);
    }

    @Test
    void shouldLetOneOfTwoRotationsWin() {
        create("app");
        log.hold();
        CompletableFuture<Issued> first = service.rotate("app", 0);
        CompletableFuture<Issued> second = service.rotate("app", 0);
        log.stopHolding();

        assertThat(secrets("app")).containsExactly(first.join().secret());
        assertThat(refusal(second)).isEqualTo(Refused.Code.KEY_CHANGED);
    }

    @Test
    void shouldWorkOnTheLeaderOnly() {
        log.lead(false);

        assertThat(refusal(service.create(Optional.empty(), List.of("admin")))).isEqualTo(Refused.Code.NO_LEADER);
    }

    @Test
    void shouldRefuseWithoutAMasterKeyAndSayWhatToDo() {
        CompletableFuture<Issued> refused = service(Optional.empty()).create(Optional.empty(), List.of("admin"));

        assertThat(refusal(refused)).isEqualTo(Refused.Code.MASTER_KEY);
        assertThatThrownBy(refused::join).hasMessageContaining("cluster.master_key on all nodes");
    }

    @Test
    void shouldRefuseToMixMasterKeys() {
        create("app");
        KeyService other = service(Optional.of(new MasterKey("fedcba9876543210fedcba9876543210")));

        assertThat(refusal(other.create(Optional.empty(), List.of("admin")))).isEqualTo(Refused.Code.MASTER_KEY);
        service.revoke("app", false).join();
        assertThat(other.create(Optional.empty(), List.of("admin")).join().secret())
                .isNotEmpty();
    }

    @Test
    void shouldSayLoudThatItCannotOpenAKey() {
        create("app");
        for (Optional<MasterKey> wrong :
                List.of(Optional.<MasterKey>empty(), Optional.of(new MasterKey("fedcba9876543210fedcba9876543210")))) {
            KeyRing blind = new KeyRing(log, wrong);

            assertThat(blind.find("app")).isInstanceOf(KeyRing.Undecided.class);
            assertThat(blind.find("other")).isInstanceOf(KeyRing.None.class);
            assertThat(blind.problem())
                    .hasValueSatisfying(why -> assertThat(why)
                            .contains(
                                    "'app'", "cluster.master_key", master.get().fingerprint()));
        }
        assertThat(ring.problem()).isEmpty();
    }

    /** What the state was when the look-up began is not what is kept. */
    @Test
    void shouldNotKeepWhatChangedWhileItWasRead() {
        create("app");
        RevokesWhileRead state = new RevokesWhileRead();
        KeyRing racing = new KeyRing(state, master);

        assertThat(racing.find("app")).isInstanceOf(KeyRing.Known.class);
        assertThat(racing.find("app")).isEqualTo(new KeyRing.None());
    }

    private final class RevokesWhileRead implements AppliedState {
        private boolean done;

        @Override
        public MachineView openView() {
            MachineView view = log.openView();
            if (!done) {
                done = true;
                service.revoke("app", false).join();
            }
            return view;
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

    @Test
    void shouldReadAnewWhenTheWholeStateIsReplaced() {
        Swapped state = new Swapped(log);
        KeyRing swapped = new KeyRing(state, master);
        assertThat(swapped.find("app")).isEqualTo(new KeyRing.None());
        create("app");
        LocalLog other = new LocalLog(new Machine(new InMemoryStore()));
        assertThat(swapped.find("app")).isInstanceOf(KeyRing.Known.class);

        state.replace(other);

        assertThat(swapped.find("app")).isEqualTo(new KeyRing.None());
    }

    @Test
    void shouldNotSayNoBeforeItHasCaughtUp() {
        Swapped state = new Swapped(log);
        KeyRing starting = new KeyRing(state, master);
        state.caughtUp = false;

        assertThat(starting.find("app")).isInstanceOf(KeyRing.Undecided.class);
        state.unknown = true;
        state.listeners.forEach(AppliedState.Listener::replaced);
        assertThat(starting.find("app")).isInstanceOf(KeyRing.Undecided.class);
        assertThat(starting.problem()).isEmpty();
    }

    private static final class Swapped implements AppliedState {
        private final List<Listener> listeners = new java.util.ArrayList<>();
        private LocalLog log;
        private boolean caughtUp = true;
        private boolean unknown;

        Swapped(LocalLog log) {
            this.log = log;
        }

        void replace(LocalLog other) {
            log = other;
            listeners.forEach(Listener::replaced);
        }

        @Override
        public MachineView openView() {
            if (unknown) {
                throw new Refused(Refused.Code.NOT_READY, "replaced");
            }
            return log.openView();
        }

        @Override
        public long appliedIndex() {
            return log.appliedIndex();
        }

        @Override
        public boolean isCaughtUp() {
            return caughtUp;
        }

        @Override
        public long logTimeMillis() {
            return log.logTimeMillis();
        }

        @Override
        public void onApplied(Listener listener) {
            listeners.add(listener);
            log.onApplied(listener);
        }
    }
}
