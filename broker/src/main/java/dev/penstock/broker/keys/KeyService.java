package dev.penstock.broker.keys;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.CommandSubmitter;
import dev.penstock.broker.deliver.Decisions;
import dev.penstock.broker.deliver.LeaderView;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.ApiKeyState;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Makes, rotates and revokes replicated keys. Thread-safe; works on a ready leader only, as all commands do. Secrets are made
 * and sealed here, before the command, and are known outside only from the answer. Futures complete exceptionally with
 * {@link Refused} only.
 */
public final class KeyService {

    /** Time enough to bring the new secret to every client within a working day. */
    public static final long DEFAULT_OVERLAP_MILLIS = 12 * 3_600_000L;

    public static final long MAX_OVERLAP_MILLIS = 30L * 24 * 3_600_000;

    /** 256 bits. */
    private static final int SECRET_BYTES = 32;

    private static final int ID_BYTES = 9;

    /**
     * A new secret: shown once.
     *
     * @param previousMillis how long the secret before is still good; 0 if there is none
     */
    public record Issued(long logIndex, String id, String secret, List<String> scopes, long previousMillis) {
        public Issued {
            scopes = List.copyOf(scopes);
        }

        @Override
        public String toString() {
            return "Issued[" + id + ", scopes " + scopes + "]";
        }
    }

    /** @param previousMillis how long the secret before is still good; 0 if it is not */
    public record Listed(ApiKeyState key, long previousMillis) {}

    private final AppliedState state;
    private final Decisions decisions;
    private final Optional<MasterKey> masterKey;
    private final Set<String> configured;
    private final SecureRandom random = new SecureRandom();

    /** @param configured ids of the keys of this node's configuration: the cluster makes none of these */
    public KeyService(
            CommandSubmitter submitter,
            LeaderView leader,
            AppliedState state,
            Optional<MasterKey> masterKey,
            Set<String> configured) {
        this.state = state;
        this.decisions = new Decisions(submitter, leader);
        this.masterKey = masterKey;
        this.configured = Set.copyOf(configured);
    }

    /** @param id chosen by the caller; empty = one is made */
    public CompletableFuture<Issued> create(Optional<String> id, List<String> scopes) {
        String chosen = id.orElseGet(this::newId);
        try {
            if (configured.contains(chosen)) {
                throw new Refused(
                        Refused.Code.KEY_EXISTS, "expected an id that no key has, but '" + chosen + "' is configured");
            }
            return issue(chosen, Command.PutKey.NEW, scopes, 0);
        } catch (Refused refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Gives the key a new secret; the old one is good for {@code overlapMillis} more of log time. */
    public CompletableFuture<Issued> rotate(String id, long overlapMillis) {
        try {
            ApiKeyState key = known(id);
            if (key.revoked()) {
                throw new Refused(Refused.Code.KEY_REVOKED, "the key '" + id + "' is revoked; create another");
            }
            return issue(id, key.revision(), key.scopes(), overlapMillis);
        } catch (Refused refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /**
     * Completes with the Raft index that decided.
     *
     * @param previousOnly only the secret before the last rotation
     */
    public CompletableFuture<Long> revoke(String id, boolean previousOnly) {
        try {
            refuseConfigured(id);
        } catch (Refused refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return decisions.decide(new Command.RevokeKey(id, previousOnly), (index, reply) -> {
            Decisions.expect(Reply.KeyChanged.class, reply);
            return index;
        });
    }

    /** All replicated keys, revoked ones too, in order of id. Reads the store. */
    public List<Listed> list() {
        try (MachineView view = state.openView()) {
            return view.apiKeys().stream().map(this::listed).toList();
        }
    }

    private Listed listed(ApiKeyState key) {
        boolean hasPrevious = key.previousSecret().length > 0;
        long left = hasPrevious ? Math.max(0, key.previousUntilMillis() - state.logTimeMillis()) : 0;
        return new Listed(key, left);
    }

    private CompletableFuture<Issued> issue(String id, long revision, List<String> scopes, long overlapMillis) {
        MasterKey master = usableMasterKey();
        byte[] drawn = new byte[SECRET_BYTES];
        random.nextBytes(drawn);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
        byte[] sealed = master.seal(id, secret, random);
        return decisions.decide(new Command.PutKey(id, revision, sealed, scopes, overlapMillis), (index, reply) -> {
            Decisions.expect(Reply.KeyChanged.class, reply);
            return new Issued(index, id, secret, scopes, revision == Command.PutKey.NEW ? 0 : overlapMillis);
        });
    }

    /** Under two master keys some nodes could not use some keys: refused while it can still be mended. */
    private MasterKey usableMasterKey() {
        MasterKey master = masterKey.orElseThrow(() -> new Refused(
                Refused.Code.MASTER_KEY,
                "the leader has no master key to seal secrets with; configure the same cluster.master_key on all nodes"
                        + " and restart them one by one"));
        try (MachineView view = state.openView()) {
            for (ApiKeyState key : view.apiKeys()) {
                if (!key.revoked() && !master.fits(key.secret())) {
                    throw new Refused(
                            Refused.Code.MASTER_KEY,
                            "the key '" + key.id() + "' is sealed under the master key with fingerprint "
                                    + MasterKey.fingerprintOf(key.secret()) + ", but the leader's has "
                                    + master.fingerprint() + "; give all nodes the same cluster.master_key");
                }
            }
        }
        return master;
    }

    private ApiKeyState known(String id) {
        refuseConfigured(id);
        try (MachineView view = state.openView()) {
            return view.apiKeys().stream()
                    .filter(key -> key.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new Refused(
                            Refused.Code.UNKNOWN_KEY, "expected a known key, but there is no '" + id + "'"));
        }
    }

    private void refuseConfigured(String id) {
        if (configured.contains(id)) {
            throw new Refused(
                    Refused.Code.INVALID_REQUEST,
                    "the key '" + id + "' stands in the nodes' configuration: change it there, and restart them");
        }
    }

    private String newId() {
        byte[] drawn = new byte[ID_BYTES];
        random.nextBytes(drawn);
        return "PK" + HexFormat.of().formatHex(drawn).toUpperCase(Locale.ROOT);
    }
}
