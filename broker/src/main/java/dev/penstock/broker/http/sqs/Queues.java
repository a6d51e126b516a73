package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.GroupService.Tags;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupFacts;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Queues as views of groups: the ordered group {@code x} is the queue {@code x.fifo}, any other group is the queue of its
 * own name. Thread-safe.
 */
final class Queues {

    private static final String FIFO_SUFFIX = ".fifo";
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-]{1,75})(\\.fifo)?");

    private final GroupFacts facts;
    private final GroupOperations groups;
    private final ReaderPool readers;
    private final SqsSettings settings;

    Queues(GroupFacts facts, GroupOperations groups, ReaderPool readers, SqsSettings settings) {
        this.facts = facts;
        this.groups = groups;
        this.readers = readers;
        this.settings = settings;
    }

    /** @param name of the queue, with the suffix of an ordered one */
    record Queue(String name, GroupFacts.Fact group) {
        boolean fifo() {
            return group.ordered();
        }
    }

    static String nameOf(String group, boolean ordered) {
        return ordered ? group + FIFO_SUFFIX : group;
    }

    /** The queue that the request's QueueUrl names. */
    CompletableFuture<Queue> ofUrl(SqsInput input) {
        return named(lastSegment(input.requiredText("QueueUrl")));
    }

    /** Scheme, host and account are the client's affair: what counts is the last segment of the path. */
    private static String lastSegment(String url) {
        int scheme = url.indexOf("://");
        String path = scheme < 0 ? url : url.substring(scheme + 3);
        if (scheme >= 0 && path.indexOf('/') < 0) {
            return "";
        }
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** How long a receive waits that names a queue and no time, as far as this node knows; 0 if it does not. */
    long usualWaitMillis(SqsInput input) {
        Matcher matcher = NAME.matcher(lastSegment(input.text("QueueUrl").orElse("")));
        return matcher.matches()
                ? facts.lastKnown(matcher.group(1))
                        .map(GroupFacts.Fact::receiveWaitMillis)
                        .orElse(0L)
                : 0;
    }

    /** The group behind a queue of that name, whether or not there is one; empty if it cannot be a queue's name. */
    static Optional<String> groupOf(String queueName) {
        Matcher matcher = NAME.matcher(queueName);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The same of a QueueUrl. */
    static Optional<String> groupOfUrl(String url) {
        return groupOf(lastSegment(url));
    }

    CompletableFuture<Queue> named(String queueName) {
        return find(queueName).thenApply(found -> found.orElseThrow(SqsFailure::noSuchQueue));
    }

    CompletableFuture<Optional<Queue>> find(String queueName) {
        Matcher matcher = NAME.matcher(queueName);
        if (!matcher.matches()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        boolean fifo = matcher.group(2) != null;
        return facts.find(matcher.group(1))
                .thenApply(
                        found -> found.filter(fact -> fact.ordered() == fifo).map(fact -> new Queue(queueName, fact)));
    }

    /**
     * The group that the redrive policy names, which must be a queue of the same kind; empty without a policy.
     *
     * @param policy the attribute's value
     */
    CompletableFuture<Optional<String>> deadLetterGroup(boolean fifo, String stream, String ownGroup, String policy) {
        Optional<RedrivePolicy> wanted = RedrivePolicy.of(policy);
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Optional<String> name = groupOf(RedrivePolicy.queueOf(wanted.get().targetArn()));
        return readers.read(() -> {
            Described target = name.flatMap(groups::describe).orElseThrow(() -> RedrivePolicy.noSuchTarget(policy));
            GroupState group = target.group();
            boolean ordered = group.config().ordering() == GroupConfig.Ordering.KEY;
            if (!nameOf(group.name(), ordered)
                    .equals(RedrivePolicy.queueOf(wanted.get().targetArn()))) {
                throw RedrivePolicy.noSuchTarget(policy);
            }
            boolean same = ordered == fifo && target.stream().equals(stream);
            if (!same || group.name().equals(ownGroup)) {
                throw RedrivePolicy.otherType(policy);
            }
            return Optional.of(group.name());
        });
    }

    /** Names of the queues whose dead letters come to this one, in their order. */
    CompletableFuture<List<String>> sourcesOf(Queue queue) {
        return readers.read(() -> groups.list().stream()
                .map(Described::group)
                .filter(group ->
                        group.config().deadLetterGroup().equals(queue.group().name())
                                && (group.config().ordering() == GroupConfig.Ordering.KEY) == queue.fifo())
                .map(group -> nameOf(group.name(), queue.fifo()))
                .sorted()
                .toList());
    }

    CompletableFuture<Described> describe(Queue queue) {
        return readers.read(() -> groups.describe(queue.group().name()).orElseThrow(SqsFailure::noSuchQueue));
    }

    CompletableFuture<Tags> tags(Queue queue) {
        return readers.read(() -> groups.tags(queue.group().name()).orElseThrow(SqsFailure::noSuchQueue));
    }

    Map<String, String> attributes(Queue queue, Described described) {
        Map<String, String> attributes = QueueAttributes.of(queue, described, arn(queue.name()));
        GroupConfig config = described.group().config();
        if (!config.deadLetterGroup().isEmpty() && config.maxDeliveries() > 0) {
            String target = arn(nameOf(config.deadLetterGroup(), queue.fifo()));
            attributes.put(RedrivePolicy.NAME, new RedrivePolicy(target, config.maxDeliveries()).text());
        }
        return attributes;
    }

    /** By a request to this node. */
    void changed(GroupState group) {
        facts.changed(group);
    }

    /** By a request to this node. */
    void deleted(Queue queue) {
        facts.forget(queue.group().name());
    }

    /** A URL under which this client reached us. */
    String url(Exchange exchange, String queueName) {
        String host = exchange.request().headers().first("Host").orElse("localhost");
        // The connection itself, or what stands before us and says that it took it over TLS.
        boolean secure = exchange.request().secure()
                || exchange.request()
                        .headers()
                        .first("X-Forwarded-Proto")
                        .filter("https"::equalsIgnoreCase)
                        .isPresent();
        return (secure ? "https://" : "http://") + host + "/" + settings.account() + "/" + queueName;
    }

    String arn(String queueName) {
        return "arn:aws:sqs:" + settings.region() + ":" + settings.account() + ":" + queueName;
    }
}
