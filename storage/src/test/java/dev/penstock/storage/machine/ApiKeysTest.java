package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.ApiKeyState;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiKeysTest {

    private static final long HOUR = 3_600_000;

    private final MachineFixture f = new MachineFixture();

    private Command.PutKey put(String id, long revision, int secret, long overlapMillis) {
        return new Command.PutKey(id, revision, new byte[] {(byte) secret, 7}, List.of("consume:*"), overlapMillis);
    }

    private ApiKeyState key(String id) {
        return keys().stream().filter(key -> key.id().equals(id)).findFirst().orElseThrow();
    }

    private List<ApiKeyState> keys() {
        try (MachineView view = f.machine.openView()) {
            return view.apiKeys();
        }
    }

    private static void assertRejected(Reply reply, Rejection reason) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason));
    }

    private long create(String id, int secret) {
        return ((Reply.KeyChanged) f.apply(put(id, -1, secret, 0))).revision();
    }

    @Test
    void shouldKeepAKeyAcrossARestart() {
        long revision = create("app", 1);

        f.restart();

        ApiKeyState key = key("app");
        assertThat(key.revision()).isEqualTo(revision).isEqualTo(f.index);
        assertThat(key.secret()).containsExactly(1, 7);
        assertThat(key.previousSecret()).isEmpty();
        assertThat(key.scopes()).containsExactly("consume:*");
        assertThat(key.createdWallMillis()).isEqualTo(f.wallMillis);
        assertThat(key.revoked()).isFalse();
    }

    @Test
    void shouldRefuseAnIdThatIsTaken() {
        create("app", 1);

        assertRejected(f.apply(put("app", -1, 2, 0)), Rejection.KEY_EXISTS);
        assertThat(key("app").secret()).containsExactly(1, 7);
    }

    @Test
    void shouldKeepTheOldSecretUntilTheOverlapEndsInLogTime() {
        long revision = create("app", 1);
        f.stampMillis += 500;

        Reply reply = f.apply(put("app", revision, 2, 12 * HOUR));

        assertThat(reply).isEqualTo(new Reply.KeyChanged("app", f.index, f.stampMillis + 12 * HOUR));
        assertThat(key("app").secret()).containsExactly(2, 7);
        assertThat(key("app").previousSecret()).containsExactly(1, 7);
        assertThat(key("app").previousUntilMillis()).isEqualTo(f.stampMillis + 12 * HOUR);
    }

    @Test
    void shouldDropTheOldSecretWithoutAnOverlap() {
        long revision = create("app", 1);

        f.apply(put("app", revision, 2, 0));

        assertThat(key("app").previousSecret()).isEmpty();
        assertThat(key("app").previousUntilMillis()).isZero();
    }

    @Test
    void shouldRotateOnlyTheRevisionThatWasSeen() {
        long revision = create("app", 1);
        List<Reply> replies = f.applyAll(f.term, List.of(put("app", revision, 2, HOUR), put("app", revision, 3, HOUR)));

        assertThat(replies.get(0)).isInstanceOf(Reply.KeyChanged.class);
        assertRejected(replies.get(1), Rejection.KEY_CHANGED);
        assertThat(key("app").secret()).containsExactly(2, 7);
        assertRejected(f.apply(put("other", 3, 2, HOUR)), Rejection.UNKNOWN_KEY);
    }

    /** Otherwise two rotations in one entry would both have the revision of that entry. */
    @Test
    void shouldNotRotateTwiceInOneEntry() {
        long revision = create("app", 1);
        List<Reply> replies =
                f.applyAll(f.term, List.of(put("app", revision, 2, HOUR), put("app", f.index + 1, 3, HOUR)));

        assertRejected(replies.get(1), Rejection.KEY_CHANGED);
    }

    @Test
    void shouldRevokeForEver() {
        long revision = create("app", 1);
        f.apply(put("app", revision, 2, HOUR));

        Reply first = f.apply(new Command.RevokeKey("app", false));
        Reply again = f.apply(new Command.RevokeKey("app", false));

        assertThat(again).isEqualTo(first);
        assertThat(key("app").revoked()).isTrue();
        assertThat(key("app").secret()).isEmpty();
        assertThat(key("app").previousSecret()).isEmpty();
        assertRejected(f.apply(put("app", key("app").revision(), 3, 0)), Rejection.KEY_REVOKED);
        assertRejected(f.apply(put("app", -1, 3, 0)), Rejection.KEY_EXISTS);
    }

    @Test
    void shouldRevokeTheOldSecretAlone() {
        long revision = create("app", 1);
        f.apply(put("app", revision, 2, HOUR));

        f.apply(new Command.RevokeKey("app", true));

        assertThat(key("app").revoked()).isFalse();
        assertThat(key("app").secret()).containsExactly(2, 7);
        assertThat(key("app").previousSecret()).isEmpty();
        long after = key("app").revision();
        assertThat(f.apply(new Command.RevokeKey("app", true))).isEqualTo(new Reply.KeyChanged("app", after, 0));
    }

    @Test
    void shouldRefuseToRevokeWhatThereIsNot() {
        assertRejected(f.apply(new Command.RevokeKey("app", false)), Rejection.UNKNOWN_KEY);
        assertRejected(f.apply(new Command.RevokeKey("", true)), Rejection.UNKNOWN_KEY);
    }

    @Test
    void shouldRefuseNonsense() {
        byte[] secret = {1};
        for (Command.PutKey nonsense : List.of(
                new Command.PutKey("", -1, secret, List.of("admin"), 0),
                new Command.PutKey("a.b", -1, secret, List.of("admin"), 0),
                new Command.PutKey("app", -1, new byte[0], List.of("admin"), 0),
                new Command.PutKey("app", -1, new byte[KeyHandler.MAX_SECRET_BYTES + 1], List.of("admin"), 0),
                new Command.PutKey("app", -2, secret, List.of("admin"), 0),
                new Command.PutKey("app", -1, secret, List.of(), 0),
                new Command.PutKey("app", -1, secret, List.of(""), 0),
                new Command.PutKey("app", -1, secret, List.of("a".repeat(129)), 0),
                new Command.PutKey("app", -1, secret, List.of("admin"), -1),
                new Command.PutKey("app", -1, secret, List.of("admin"), Long.MAX_VALUE))) {
            assertRejected(f.apply(nonsense), Rejection.MALFORMED);
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void shouldForgetTheKeyThatWasRevokedFirstWhenThereAreTooMany() {
        f.checkEachStep = false;
        for (int i = 0; i < KeyHandler.MAX_KEYS; i++) {
            create("k" + i, i);
        }
        assertRejected(f.apply(put("more", -1, 1, 0)), Rejection.KEY_LIMIT);
        f.apply(new Command.RevokeKey("k7", false));
        f.apply(new Command.RevokeKey("k3", false));

        create("more", 1);

        assertThat(keys()).hasSize(KeyHandler.MAX_KEYS);
        assertThat(keys().stream().map(ApiKeyState::id)).contains("more", "k3").doesNotContain("k7");
    }
}
