package dev.penstock.broker.keys;

import dev.penstock.broker.deliver.AppliedState;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.ApiKeyState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated keys as this node has them applied, opened and kept in memory until one changes: from the moment in which a
 * revocation is applied, its key is void here. Thread-safe; a look-up after a change reads the table of keys, the others
 * read memory.
 */
public final class KeyRing {

    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    /** What a look-up came to. */
    public sealed interface Found {}

    /** @param secrets the one in use, then the one before while it is still good */
    public record Known(String id, List<String> scopes, List<String> secrets) implements Found {
        public Known {
            scopes = List.copyOf(scopes);
            secrets = List.copyOf(secrets);
        }

        @Override
        public String toString() {
            return "Known[" + id + ", scopes " + scopes + "]";
        }
    }

    /** Never made, or revoked. */
    public record None() implements Found {}

    /** This node cannot tell, now or at all. */
    public record Undecided(String why) implements Found {}

    private record Kept(Known known, int secretsForEver, long previousUntilMillis) {}

    /**
     * @param change of {@link #changes} before it was read
     * @param problem why keys cannot be opened; empty if all can
     */
    private record Ring(long change, Map<String, Kept> keys, Map<String, String> closed, Optional<String> problem) {}

    private final AppliedState state;
    private final Optional<MasterKey> masterKey;
    private final AtomicLong changes = new AtomicLong();
    private volatile @Nullable Ring ring;

    public KeyRing(AppliedState state, Optional<MasterKey> masterKey) {
        this.state = state;
        this.masterKey = masterKey;
        state.onApplied(new AppliedState.Listener() {
            @Override
            public void applied(Applied applied) {
                for (Reply reply : applied.replies()) {
                    if (reply instanceof Reply.KeyChanged) {
                        changes.incrementAndGet();
                        return;
                    }
                }
            }

            @Override
            public void replaced() {
                changes.incrementAndGet();
            }
        });
    }

    public Found find(String id) {
        Ring present;
        try {
            present = current();
        } catch (Refused noState) {
            return new Undecided("the keys of the cluster are not known to this node yet; come again");
        }
        Kept kept = present.keys.get(id);
        if (kept != null) {
            return goodNow(kept);
        }
        if (present.closed.containsKey(id)) {
            return new Undecided("this node cannot open the key; its log says why");
        }
        // A node that has just started may not have applied yet what made the key.
        return state.isCaughtUp()
                ? new None()
                : new Undecided("this node is catching up and may not know the key yet; come again");
    }

    private Known goodNow(Kept kept) {
        List<String> secrets = kept.known.secrets();
        boolean previousIsVoid =
                secrets.size() > kept.secretsForEver && state.logTimeMillis() >= kept.previousUntilMillis;
        return previousIsVoid
                ? new Known(kept.known.id(), kept.known.scopes(), secrets.subList(0, kept.secretsForEver))
                : kept.known;
    }

    /** Why this node cannot use keys that the cluster has; empty if all is well, or not known yet. */
    public Optional<String> problem() {
        try {
            return current().problem;
        } catch (Refused noState) {
            return Optional.empty();
        }
    }

    private Ring current() {
        Ring present = ring;
        if (present != null && present.change == changes.get()) {
            return present;
        }
        return load(present == null ? Optional.empty() : present.problem);
    }

    private Ring load(Optional<String> knownProblem) {
        // Before the view: a change that is applied meanwhile makes what is read here old at once.
        long change = changes.get();
        Map<String, Kept> keys = new HashMap<>();
        TreeMap<String, String> closed = new TreeMap<>();
        try (MachineView view = state.openView()) {
            for (ApiKeyState key : view.apiKeys()) {
                if (!key.revoked()) {
                    Optional<Kept> opened = open(key);
                    opened.ifPresent(kept -> keys.put(key.id(), kept));
                    if (opened.isEmpty()) {
                        closed.put(key.id(), whyClosed(key));
                    }
                }
            }
        }
        Optional<String> problem = closed.values().stream().findFirst();
        if (problem.isPresent() && !problem.equals(knownProblem)) {
            LOG.error("{} keys of the cluster are of no use on this node: {}", closed.size(), problem.get());
        }
        Ring loaded = new Ring(change, keys, closed, problem);
        ring = loaded;
        return loaded;
    }

    private Optional<Kept> open(ApiKeyState key) {
        return masterKey.flatMap(master -> master.open(key.id(), key.secret()).map(secret -> {
            List<String> secrets = new ArrayList<>(2);
            secrets.add(secret);
            master.open(key.id(), key.previousSecret()).ifPresent(secrets::add);
            return new Kept(new Known(key.id(), key.scopes(), secrets), 1, key.previousUntilMillis());
        }));
    }

    private String whyClosed(ApiKeyState key) {
        String sealedUnder = MasterKey.fingerprintOf(key.secret());
        if (masterKey.isEmpty()) {
            return "the key '" + key.id() + "' is sealed under the master key with fingerprint " + sealedUnder
                    + ", but this node has no cluster.master_key; give it the one of the other nodes";
        }
        MasterKey own = masterKey.get();
        return own.fits(key.secret())
                ? "the key '" + key.id() + "' is damaged: rotate or revoke it"
                : "the key '" + key.id() + "' is sealed under the master key with fingerprint " + sealedUnder
                        + ", but this node's cluster.master_key has " + own.fingerprint()
                        + "; all nodes need the same one";
    }
}
