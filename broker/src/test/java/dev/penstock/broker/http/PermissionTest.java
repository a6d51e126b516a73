package dev.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PermissionTest {

    private static boolean covers(String permission, String name) {
        return Permission.parse(permission).covers(name);
    }

    @Test
    void shouldCoverWhatThePatternSays() {
        assertThat(covers("consume:orders", "orders")).isTrue();
        assertThat(covers("consume:orders", "orders-1")).isFalse();
        assertThat(covers("consume:orders", "Orders")).isFalse();
        assertThat(covers("consume:orders-*", "orders-")).isTrue();
        assertThat(covers("consume:orders-*", "orders")).isFalse();
        assertThat(covers("consume:*-eu", "orders-eu")).isTrue();
        assertThat(covers("consume:*-eu", "orders-eu-1")).isFalse();
        assertThat(covers("consume:a*b*c", "a_b_b_c")).isTrue();
        assertThat(covers("consume:a*b*c", "acb")).isFalse();
        assertThat(covers("consume:**", "")).isTrue();
        assertThat(covers("consume", "anything")).isTrue();
    }

    @Test
    void shouldNotTakeForEverOnAPatternOfStars() {
        String pattern = "*a".repeat(50);

        assertThat(covers("consume:" + pattern, "a".repeat(49) + "b")).isFalse();
        assertThat(covers("consume:" + pattern, "b" + "a".repeat(74))).isTrue();
    }

    @Test
    void shouldSayItselfAsItIsParsed() {
        for (String text : List.of("admin", "monitor", "consume:*", "read:main", "send:jobs-*")) {
            assertThat(Permission.parse(text)).hasToString(text);
        }
        assertThat(Permission.parse("consume")).hasToString("consume:*");
    }

    @Test
    void shouldRefuseWhatIsNoPermission() {
        for (String text : List.of(
                "",
                "root",
                "ADMIN",
                "admin:*",
                "monitor:x",
                "consume:",
                "consume:a.b",
                "consume:ä",
                "consume:a:b",
                "send:jobs.fifo",
                " read",
                "read:" + "a".repeat(101))) {
            assertThatThrownBy(() -> Permission.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("expected ");
        }
    }

    @Test
    void shouldDenyWhatNoPermissionCovers() {
        Identity identity = new Identity("k", Set.of(Permission.parse("consume:a*"), Permission.parse("read:main")));

        assertThat(identity.may(Scope.CONSUME, "ab")).isTrue();
        assertThat(identity.may(Scope.CONSUME, "main")).isFalse();
        assertThat(identity.may(Scope.READ, "ab")).isFalse();
        assertThat(identity.may(Scope.SEND)).isFalse();
        assertThat(identity.may(Scope.MONITOR)).isFalse();
        assertThat(identity.mayAll(Scope.CONSUME)).isFalse();
        assertThat(Identity.NOBODY.may(Scope.MONITOR)).isFalse();
        assertThat(new Identity("k", Set.of(Permission.parse("admin"))).mayAll(Scope.SEND))
                .isTrue();
    }
}
