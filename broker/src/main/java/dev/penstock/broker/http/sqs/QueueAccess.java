package dev.penstock.broker.http.sqs;

import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.http.Access;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.HttpFailure;
import dev.penstock.broker.http.Identity;
import dev.penstock.broker.http.Scope;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Rules of operations on queues, whose name stands in the body. Patterns mean the group behind a queue. Stateless. */
final class QueueAccess {

    private QueueAccess() {}

    static Access consume() {
        return Access.of(QueueAccess::ofUrl, Scope.CONSUME);
    }

    static Access send() {
        return Access.of(QueueAccess::ofUrl, Scope.SEND);
    }

    /** For whoever may do anything with the queue. */
    static Access see() {
        return Access.of(QueueAccess::ofUrl, Scope.CONSUME, Scope.SEND);
    }

    /** The same of {@code QueueName}. */
    static Access seeNamed() {
        return Access.of(exchange -> names(exchange, "QueueName", Queues::groupOf), Scope.CONSUME, Scope.SEND);
    }

    static Access list() {
        return Access.any(Scope.CONSUME, Scope.SEND);
    }

    static boolean mayList(Identity identity, Described queue) {
        String name = queue.group().name();
        return identity.may(Scope.CONSUME, name) || identity.may(Scope.SEND, name);
    }

    private static List<String> ofUrl(Exchange exchange) {
        return names(exchange, "QueueUrl", Queues::groupOfUrl);
    }

    /** Read as the endpoint reads it; what it would refuse has no name. */
    private static List<String> names(Exchange exchange, String member, Function<String, Optional<String>> group) {
        try {
            return SqsInput.of(exchange).text(member).flatMap(group).stream().toList();
        } catch (SqsFailure | HttpFailure notWellFormed) {
            return List.of();
        }
    }
}
