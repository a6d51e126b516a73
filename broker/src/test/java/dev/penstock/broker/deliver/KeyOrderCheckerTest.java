package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.deliver.KeyedEvents.Seen;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The checker checked: each answer that breaks the order is found. */
class KeyOrderCheckerTest {

    private final KeyOrderChecker checker = new KeyOrderChecker(List.of(
            new Seen("orders", false, Set.of(1L), 1L),
            new Seen("orders", false, Set.of(2L), 2L),
            new Seen("orders", false, Set.of(1L, 3L), 1L),
            new Seen("ignored", false, Set.of(3L), 3L),
            new Seen("orders", false, Set.of(3L), 3L),
            new Seen("orders", true, Set.of(), 0),
            new Seen("customers", false, Set.of(3L), 3L),
            new Seen("orders", false, Set.of(), 0)));

    private void assertFound(List<Integer> answer) {
        assertThatThrownBy(() -> checker.check(answer)).isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldAcceptAKeyInOrderInOneAnswer() {
        checker.check(List.of(0, 2, 4, 6, 1));
    }

    @Test
    void shouldFindALaterEventOfAKeyWhileAnEarlierOneIsOut() {
        checker.check(List.of(0));
        assertFound(List.of(2));
    }

    @Test
    void shouldFindAChangeOfKeyThatIsOvertaken() {
        assertFound(List.of(4));
    }

    @Test
    void shouldFindTheWrongOrderInOneAnswer() {
        assertFound(List.of(2, 0));
    }

    @Test
    void shouldFindATruncateThatDoesNotWaitAndARowThatDoesNotWaitForIt() {
        checker.check(List.of(0, 1, 2, 4));
        List.of(0, 1, 2).forEach(checker::settled);
        assertFound(List.of(5));
        checker.settled(4);
        assertFound(List.of(7));
    }

    @Test
    void shouldFindWhatIsDeliveredAfterItWasSettledOrThoughItDoesNotMatch() {
        checker.check(List.of(0));
        checker.settled(0);
        assertFound(List.of(0));
        assertFound(List.of(3));
    }
}
