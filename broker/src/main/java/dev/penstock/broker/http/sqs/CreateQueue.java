package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Created;
import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.Response;
import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.StartPosition;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CreateQueue: a group of the default source's stream that receives what is sent to it from then on. Of a queue that is there,
 * over changes or not, its URL, unless an attribute is to be another.
 */
final class CreateQueue implements Endpoint {

    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-]{1,75})(\\.fifo)?");
    private static final Pattern AWS_NAME = Pattern.compile("[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo");
    private static final String FIFO = "FifoQueue";

    private final Queues queues;
    private final GroupOperations groups;
    private final String stream;

    /** @param stream of the default source */
    CreateQueue(Queues queues, GroupOperations groups, String stream) {
        this.queues = queues;
        this.groups = groups;
        this.stream = stream;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        SqsInput input = SqsInput.of(exchange);
        String name = input.requiredText("QueueName");
        Map<String, String> wanted = input.map("Attributes");
        SortedMap<String, String> tags = input.map("tags");
        checkName(name, wanted);
        return queues.find(name)
                .thenCompose(found -> found.isPresent()
                        ? existing(exchange, found.get(), wanted)
                        : create(exchange, name, wanted, tags));
    }

    private static void checkName(String name, Map<String, String> wanted) {
        if (!AWS_NAME.matcher(name).matches()) {
            throw notAName();
        }
        if (!NAME.matcher(name).matches()) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "The name of a queue that is not FIFO can be of 1 to 75 characters here, as FIFO queues' without .fifo.");
        }
        boolean fifo = name.endsWith(".fifo");
        String asked = wanted.getOrDefault(FIFO, Boolean.toString(fifo));
        if (asked.equals("true") && !fifo) {
            throw new SqsFailure(
                    Kind.INVALID_PARAMETER_VALUE,
                    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must"
                            + " end with .fifo suffix and be 1 to 80 in length.");
        }
        if (asked.equals("false") && fifo) {
            throw notAName();
        }
    }

    private static SqsFailure notAName() {
        return new SqsFailure(
                Kind.INVALID_PARAMETER_VALUE,
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }

    private CompletableFuture<Response> existing(Exchange exchange, Queues.Queue queue, Map<String, String> wanted) {
        return queues.describe(queue).thenApply(described -> compare(exchange, queue, described, wanted));
    }

    private Response compare(Exchange exchange, Queues.Queue queue, Described described, Map<String, String> wanted) {
        Map<String, String> present = queues.attributes(queue, described);
        wanted.keySet().forEach(name -> AttributeChanges.checkName(name, present));
        wanted.forEach((name, value) -> {
            if (!AttributeChanges.isPresent(name, value, present)) {
                throw exists(name);
            }
        });
        return url(exchange, queue.name(), described.logIndex());
    }

    private static SqsFailure exists(String attribute) {
        return new SqsFailure(
                Kind.QUEUE_NAME_EXISTS,
                "A queue already exists with the same name and a different value for attribute " + attribute);
    }

    private CompletableFuture<Response> create(
            Exchange exchange, String name, Map<String, String> wanted, SortedMap<String, String> tags) {
        boolean fifo = name.endsWith(".fifo");
        TagQueue.check(name, tags, Set.of());
        Matcher matcher = NAME.matcher(name);
        String group = matcher.matches() ? matcher.group(1) : name;
        return queues.deadLetterGroup(fifo, stream, group, wanted.getOrDefault(RedrivePolicy.NAME, ""))
                .thenCompose(target -> {
                    GroupConfig config = QueueSettings.config(fifo, wanted, target);
                    return groups.create(group, stream, new StartPosition.Latest(), config);
                })
                .thenCompose(created -> tagged(created, tags))
                .thenApply(created -> {
                    queues.changed(created.group());
                    return url(exchange, name, created.logIndex());
                })
                .exceptionallyCompose(failure -> notCreated(exchange, name, wanted, failure));
    }

    /** Two steps: a queue that is made twice at once has the tags of both. */
    private CompletableFuture<Created> tagged(Created created, SortedMap<String, String> tags) {
        if (tags.isEmpty() || created.existed()) {
            return CompletableFuture.completedFuture(created);
        }
        GroupChange change = new GroupChange.Builder().tags(tags).build();
        return groups.update(created.group().name(), change)
                .thenApply(updated -> new Created(updated.logIndex(), updated.group(), false));
    }

    /** Somebody else may have made one of that name meanwhile, or there is a group of it that is no queue of that type. */
    private CompletableFuture<Response> notCreated(
            Exchange exchange, String name, Map<String, String> wanted, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Refused refused && refused.code() == Refused.Code.GROUP_EXISTS) {
            return queues.find(name)
                    .thenCompose(found -> found.isPresent()
                            ? existing(exchange, found.get(), wanted)
                            : CompletableFuture.failedFuture(exists(FIFO)));
        }
        if (cause instanceof Refused refused && refused.code() == Refused.Code.UNKNOWN_STREAM) {
            return CompletableFuture.failedFuture(SqsFailure.unsupported(
                    "Queues are made on the stream of a source, and this cluster has no source '" + stream + "'."));
        }
        return CompletableFuture.failedFuture(cause);
    }

    private Response url(Exchange exchange, String name, long logIndex) {
        return SqsAnswers.ok(exchange, logIndex, out -> {
            out.writeStartObject();
            out.writeStringField("QueueUrl", queues.url(exchange, name));
            out.writeEndObject();
        });
    }
}
