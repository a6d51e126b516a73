package dev.penstock.broker.plan;

import dev.penstock.broker.plan.filter.EventAt;
import dev.penstock.broker.plan.filter.Judgement;
import dev.penstock.broker.plan.filter.Where;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.MessageFacts;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Route;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A group's filter, compiled. Evaluated on the leader by the planner, never in apply. Immutable.
 *
 * <p>The contract: a {@code tables} filter matches row events and truncates of these tables; a logical message reaches a
 * group only if it has no tables filter or names the action; a gap passes every filter. Of what is left the expression
 * decides; an event on which it fails matches. In
 * mode rows no deletion and no truncate is wanted. Messages to queues are their queues' own: a group over changes gets them only
 * if it names the action. A queue that is sent to gets the messages of its own name, and gaps.
 */
public final class GroupFilter {

    /** What leaves no row to be delivered. */
    private static final Set<Action> NO_ROWS = Set.of(Action.DELETE, Action.TRUNCATE);

    private static final Judgement MATCHES = new Judgement(Judgement.Verdict.MATCHES, "", 0);

    private final boolean everyTable;
    private final Set<String> tables;
    private final Set<String> schemas;
    private final Set<Action> actions;
    private final boolean namesMessages;

    private final @Nullable Where where;
    private final @Nullable GroupState queue;

    private GroupFilter(
            Set<String> tables,
            Set<String> schemas,
            Set<Action> actions,
            boolean namesMessages,
            @Nullable Where where,
            @Nullable GroupState queue) {
        this.everyTable = tables.isEmpty() && schemas.isEmpty();
        this.tables = tables;
        this.schemas = schemas;
        this.actions = actions;
        this.namesMessages = namesMessages;
        this.where = where;
        this.queue = queue;
    }

    /** The filter of a group as it is. Throws as {@link #compile} does. */
    public static GroupFilter of(GroupState group) {
        return group.config().queue().isPresent()
                ? new GroupFilter(Set.of(), Set.of(), EnumSet.of(Action.MESSAGE), true, null, group)
                : compile(group.config());
    }

    /** Throws {@link IllegalArgumentException} saying which part cannot be understood; of an expression, where in it. */
    public static GroupFilter compile(GroupConfig config) {
        Set<String> tables = new HashSet<>();
        Set<String> schemas = new HashSet<>();
        for (String table : config.tables()) {
            int dot = table.indexOf('.');
            if (dot < 1 || dot == table.length() - 1) {
                throw new IllegalArgumentException(
                        "expected a table as schema.table or schema.*, but got '" + table + "'");
            }
            if (table.endsWith(".*")) {
                schemas.add(table.substring(0, table.length() - 2));
            } else {
                tables.add(table);
            }
        }
        Set<Action> actions = EnumSet.noneOf(Action.class);
        for (String word : config.actions()) {
            actions.add(actionOf(word));
        }
        boolean namesMessages = actions.contains(Action.MESSAGE);
        if (config.mode() == GroupConfig.Mode.ROWS && !Collections.disjoint(actions, NO_ROWS)) {
            throw new IllegalArgumentException(
                    "expected no action delete or truncate in mode rows, which delivers rows as"
                            + " they are now; the mode changes has them");
        }
        if (actions.isEmpty()) {
            actions = EnumSet.allOf(Action.class);
            if (config.mode() == GroupConfig.Mode.ROWS) {
                actions.removeAll(NO_ROWS);
            }
        }
        Where where = config.where().isEmpty() ? null : Where.compile(config.where());
        return new GroupFilter(tables, schemas, actions, namesMessages, where, null);
    }

    private static Action actionOf(String word) {
        for (Action action : Action.values()) {
            if (action.word().equals(word)) {
                return action;
            }
        }
        throw new IllegalArgumentException(
                "expected an action (insert, update, delete, truncate, read, message), but got '" + word + "'");
    }

    /** Which of the batch's routes can match at all, by their number. */
    public boolean[] routes(BatchHeader header) {
        List<Route> routes = header.routes();
        boolean[] wanted = new boolean[routes.size()];
        for (int i = 0; i < wanted.length; i++) {
            Route route = routes.get(i);
            wanted[i] = switch (route.kind()) {
                case TABLE -> queue == null && wantsTable(route);
                case MESSAGE -> queue == null ? wantsPrefix(route.name()) : isOwn(queue, route.name());
                case SOURCE -> true;
            };
        }
        return wanted;
    }

    private boolean wantsTable(Route route) {
        return everyTable || schemas.contains(route.schema()) || tables.contains(route.schema() + "." + route.name());
    }

    private boolean wantsPrefix(String prefix) {
        return namesMessages || (everyTable && !QueueConfig.isPrefix(prefix));
    }

    private static boolean isOwn(GroupState queue, String prefix) {
        return QueueConfig.isPrefixOf(prefix, queue.name(), queue.config().ordering() == GroupConfig.Ordering.KEY);
    }

    /** Of an event whose route is wanted: what it says. A queue does not want what it was sent before. */
    public boolean wants(LogBatch batch, int i) {
        return wants(batch.columns().action(i)) && (queue == null || !batch.isDuplicate(i));
    }

    /**
     * From when on the event may be delivered, in log time: as long after its append as its sender said, or else its queue.
     * In an ordered queue all wait alike, or a message would overtake an earlier one of its group.
     *
     * @param usualDelayMillis of the queue as it is now: it may change while the filter stays
     */
    public long dueMillis(LogBatch batch, int i, long usualDelayMillis) {
        if (queue == null) {
            return 0;
        }
        MessageFacts facts = batch.columns().messages().of(i);
        boolean own = facts.hasDelay() && queue.config().ordering() == GroupConfig.Ordering.NONE;
        long delayMillis = own ? facts.delaySeconds() * 1_000L : usualDelayMillis;
        return delayMillis == 0 ? 0 : batch.stampMillis() + delayMillis;
    }

    boolean wants(Action action) {
        return action == Action.GAP || actions.contains(action);
    }

    /** Whether events are judged by their values too. */
    public boolean judgesValues() {
        return where != null;
    }

    /** Of an event whose route and action are wanted: what its values say. A gap has none to be judged by. */
    public Judgement judge(LogBatch batch, int i) {
        if (where == null || batch.columns().action(i) == Action.GAP) {
            return MATCHES;
        }
        return where.judge(new EventAt(
                batch.header(), batch.columns(), i, () -> batch.decoded().bodies()));
    }
}
