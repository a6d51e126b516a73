package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.Access;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.Grants;
import dev.penstock.broker.http.GroupFacts;
import dev.penstock.broker.http.GroupOperations;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Route;
import dev.penstock.broker.http.Route.Repeat;
import java.util.ArrayList;
import java.util.List;

/** The SQS view's part of the table of routes. Stateless. */
public final class SqsRoutes {

    private static final ErrorForm FORM = new SqsForm();

    private SqsRoutes() {}

    public static List<Route> of(
            GroupOperations groups,
            GroupFacts facts,
            ReaderPool readers,
            Grants grants,
            MessageSender sender,
            SqsSettings settings) {
        Queues queues = new Queues(facts, groups, readers, settings);
        List<Route> routes = new ArrayList<>(messages(queues, groups, grants));
        routes.addAll(sending(queues, sender));
        routes.addAll(queues(queues, groups, readers, settings));
        routes.addAll(refused(queues));
        routes.addAll(moves(new MoveTasks(queues, groups, System::currentTimeMillis)));
        return routes;
    }

    private static List<Route> messages(Queues queues, GroupOperations groups, Grants grants) {
        ReceiveAttempts attempts = new ReceiveAttempts(System::nanoTime);
        ReceiveMessage receive = new ReceiveMessage(queues, groups, grants, attempts);
        return List.of(
                consumer("ReceiveMessage", receive, Repeat.NEVER).waiting(receive::waitMillis),
                consumer("DeleteMessage", new DeleteMessage(queues, groups, attempts), Repeat.SAFE),
                consumer("DeleteMessageBatch", new DeleteMessageBatch(queues, groups, attempts), Repeat.SAFE)
                        .withBatchBody(),
                // With 0 it gives the message back: repeated after that it would answer for, or take, another's lease.
                consumer(
                        "ChangeMessageVisibility", new ChangeMessageVisibility(queues, groups, attempts), Repeat.NEVER),
                consumer(
                                "ChangeMessageVisibilityBatch",
                                new ChangeMessageVisibilityBatch(queues, groups, attempts),
                                Repeat.NEVER)
                        .withBatchBody());
    }

    /** Sent twice it is there twice: only the client may repeat it. */
    private static List<Route> sending(Queues queues, MessageSender sender) {
        return List.of(
                operation("SendMessage", QueueAccess.send(), new SendMessage(queues, sender), Repeat.NEVER)
                        .withBatchBody(),
                operation("SendMessageBatch", QueueAccess.send(), new SendMessageBatch(queues, sender), Repeat.NEVER)
                        .withBatchBody());
    }

    private static List<Route> queues(Queues queues, GroupOperations groups, ReaderPool readers, SqsSettings settings) {
        return List.of(
                operation("GetQueueUrl", QueueAccess.seeNamed(), new GetQueueUrl(queues), Repeat.SAFE),
                operation("ListQueues", QueueAccess.list(), new ListQueues(queues, groups, readers), Repeat.SAFE),
                operation("GetQueueAttributes", QueueAccess.see(), new GetQueueAttributes(queues), Repeat.SAFE),
                consumer("ListQueueTags", new ListQueueTags(queues), Repeat.SAFE),
                consumer("ListDeadLetterSourceQueues", new ListDeadLetterSourceQueues(queues), Repeat.SAFE),
                operator("SetQueueAttributes", new SetQueueAttributes(queues, groups), Repeat.SAFE),
                operator("TagQueue", new TagQueue(queues, groups), Repeat.SAFE),
                operator("UntagQueue", new UntagQueue(queues, groups), Repeat.SAFE),
                operator("CreateQueue", new CreateQueue(queues, groups, settings.stream()), Repeat.SAFE),
                operator("DeleteQueue", new DeleteQueue(queues, groups), Repeat.NEVER),
                // Repeated, it would take what came in between.
                operator("PurgeQueue", new PurgeQueue(queues, groups, settings.purgeIntervalMillis()), Repeat.NEVER));
    }

    /** Operations of AWS that are known, and answered with the reason why not. */
    private static List<Route> refused(Queues queues) {
        return List.of(
                operator("AddPermission", NotOffered.permissions(queues), Repeat.SAFE),
                operator("RemovePermission", NotOffered.permissions(queues), Repeat.SAFE));
    }

    private static List<Route> moves(MoveTasks moves) {
        return List.of(
                // Repeated after it was done, it would find itself running.
                operator("StartMessageMoveTask", moves::start, Repeat.NEVER),
                operator("ListMessageMoveTasks", moves::list, Repeat.SAFE),
                operator("CancelMessageMoveTask", moves::cancel, Repeat.NEVER));
    }

    private static Route consumer(String name, Endpoint endpoint, Repeat repeat) {
        return operation(name, QueueAccess.consume(), endpoint, repeat);
    }

    /** What changes queues needs the scope that changes groups. */
    private static Route operator(String name, Endpoint endpoint, Repeat repeat) {
        return operation(name, Access.admin(), endpoint, repeat);
    }

    private static Route operation(String name, Access access, Endpoint endpoint, Repeat repeat) {
        return Route.operation("AmazonSQS." + name, access, FORM, endpoint).onLeader(repeat);
    }
}
