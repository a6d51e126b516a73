package dev.penstock.broker.http;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rule of a route: which scopes let a key in (one is enough), and of which object. There is no route without one, and
 * what a rule does not allow is denied. Immutable, pure.
 */
public sealed interface Access {

    /** Where in a request the name of the object stands. */
    interface Subject {
        /**
         * The object's names, of which a pattern must cover one; empty if the request names none that is well-formed: then
         * only a key that may do it with all objects gets as far as being told so. Must not throw.
         */
        List<String> names(Exchange exchange);
    }

    /** Needs no key. */
    record Open() implements Access {}

    /** The scope is enough: there is no object, or the answer shows only what the key may see. */
    record Holding(Set<Scope> scopes) implements Access {
        public Holding {
            scopes = Set.copyOf(scopes);
        }
    }

    /** The scope must cover the object. */
    record Covering(Set<Scope> scopes, Subject subject) implements Access {
        public Covering {
            scopes = Set.copyOf(scopes);
        }
    }

    static Access open() {
        return new Open();
    }

    static Access admin() {
        return new Holding(Set.of(Scope.ADMIN));
    }

    static Access monitor() {
        return new Holding(Set.of(Scope.MONITOR));
    }

    /** Lists, which leave out what the key may not see. */
    static Access any(Scope... scopes) {
        return new Holding(Set.of(scopes));
    }

    /** Consume from the group that {@code {group}} in the path names. */
    static Access group() {
        return new Covering(Set.of(Scope.CONSUME), exchange -> exchange.known("group"));
    }

    /** Read the stream that {@code {stream}} in the path names. */
    static Access stream() {
        return new Covering(Set.of(Scope.READ), exchange -> exchange.known("stream"));
    }

    /** The same of an object that stands elsewhere, such as in the body. */
    static Access of(Subject subject, Scope... scopes) {
        return new Covering(Set.of(scopes), subject);
    }

    default boolean isOpen() {
        return this instanceof Open;
    }

    /** Throws {@link HttpFailure} (FORBIDDEN) unless the one who asks may. The path's parameters are set before. */
    default void check(Exchange exchange) {
        Identity identity = exchange.identity();
        if (this instanceof Holding holding) {
            if (holding.scopes().stream().noneMatch(identity::may)) {
                throw lacks(identity, holding.scopes(), "");
            }
        } else if (this instanceof Covering covering) {
            // The scope first: whoever lacks it learns nothing of what is wrong with the rest.
            if (covering.scopes().stream().noneMatch(identity::may)) {
                throw lacks(identity, covering.scopes(), "");
            }
            if (covering.scopes().stream().noneMatch(identity::mayAll)) {
                checkObject(identity, covering, covering.subject().names(exchange));
            }
        }
    }

    private static void checkObject(Identity identity, Covering covering, List<String> names) {
        boolean covered = covering.scopes().stream()
                .anyMatch(scope -> names.stream().anyMatch(name -> identity.may(scope, name)));
        if (!covered) {
            throw lacks(identity, covering.scopes(), names.isEmpty() ? "" : ":" + HttpFailure.shown(names.get(0)));
        }
    }

    private static HttpFailure lacks(Identity identity, Set<Scope> scopes, String object) {
        String wanted = Stream.of(Scope.values())
                .filter(scopes::contains)
                .map(scope -> scope.word() + object)
                .collect(Collectors.joining(" or "));
        return new HttpFailure(Problem.FORBIDDEN, "the key '" + identity.keyId() + "' lacks the scope " + wanted);
    }
}
