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
import java.util.List;

/** The SQS view's part of the table of routes. Stateless. */
public final class SqsRoutes {

    private SqsRoutes() {}

    public static List<Route> of(
            GroupOperations groups, GroupFacts facts, ReaderPool readers, Grants grants, SqsSettings settings) {
        Queues queues = new Queues(facts, settings);
        ErrorForm form = new SqsForm();
        return List.of(
                operation("GetQueueUrl", QueueAccess.seeNamed(), form, new GetQueueUrl(queues), Repeat.SAFE),
                operation("ListQueues", QueueAccess.list(), form, new ListQueues(queues, groups, readers), Repeat.SAFE),
                operation(
                        "GetQueueAttributes",
                        QueueAccess.see(),
                        form,
                        new GetQueueAttributes(queues, groups, readers),
                        Repeat.SAFE),
                operation(
                                "ReceiveMessage",
                                QueueAccess.consume(),
                                form,
                                new ReceiveMessage(queues, groups, grants),
                                Repeat.NEVER)
                        .waiting(ReceiveMessage::waitMillis),
                operation("DeleteMessage", QueueAccess.consume(), form, new DeleteMessage(queues, groups), Repeat.SAFE),
                operation(
                                "DeleteMessageBatch",
                                QueueAccess.consume(),
                                form,
                                new DeleteMessageBatch(queues, groups),
                                Repeat.SAFE)
                        .withBatchBody(),
                // With 0 it gives the message back: repeated after that it would answer for, or take, another's lease.
                operation(
                        "ChangeMessageVisibility",
                        QueueAccess.consume(),
                        form,
                        new ChangeMessageVisibility(queues, groups),
                        Repeat.NEVER),
                operation(
                                "ChangeMessageVisibilityBatch",
                                QueueAccess.consume(),
                                form,
                                new ChangeMessageVisibilityBatch(queues, groups),
                                Repeat.NEVER)
                        .withBatchBody());
    }

    private static Route operation(String name, Access access, ErrorForm form, Endpoint endpoint, Repeat repeat) {
        return Route.operation("AmazonSQS." + name, access, form, endpoint).onLeader(repeat);
    }
}
