package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.plan.LogBatch;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.Route;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StoredBatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventRendererTest {

    private static final long COMMIT_MICROS = 1_795_255_200_123_456L;

    @Test
    void shouldRenderTheSampleOfTheContractByteForByte() {
        // given
        ChangeEvent update = new ChangeEvent(
                new SourcePosition(1, Lsn.parse("0/16B3748"), 0),
                Action.UPDATE,
                Route.table("public", "orders", List.of("id")),
                COMMIT_MICROS,
                565,
                7,
                0,
                false,
                utf8("{\"id\":42,\"status\":\"paid\",\"amount\":\"19.90\"}"),
                utf8("{\"status\":\"new\"}"),
                utf8("[\"note\"]"),
                utf8("{\"id\":42}"));

        // when
        RenderedEvent rendered = EventRenderer.render("main", batch(update), 4711);

        // then
        assertThat(text(rendered))
                .isEqualTo(
                        "{\"id\":\"01M7YRRTBV000G0000000004K7\",\"offset\":\"0000000000004711\",\"action\":\"update\","
                                + "\"record\":{\"id\":42,\"status\":\"paid\",\"amount\":\"19.90\"},\"changes\":{\"status\":\"new\"},"
                                + "\"unchanged\":[\"note\"],\"metadata\":{\"stream\":\"main\",\"database\":\"shop\","
                                + "\"schema\":\"public\",\"table\":\"orders\",\"key\":{\"id\":42},\"commit_lsn\":\"0/16B3748\","
                                + "\"commit_ordinal\":0,\"commit_timestamp\":\"2026-11-21T10:00:00.123456Z\",\"xid\":565}}");
    }

    @Test
    void shouldRenderAMessageWithoutTableKeyOrTransaction() {
        // given
        ChangeEvent message = new ChangeEvent(
                new SourcePosition(1, Lsn.parse("1/0"), 0),
                Action.MESSAGE,
                Route.message("app"),
                COMMIT_MICROS,
                0,
                0,
                0,
                false,
                utf8("{\"prefix\":\"app\",\"content\":\"x\",\"transactional\":false}"),
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT);

        // when
        RenderedEvent rendered = EventRenderer.render("main", batch(message), 0);

        // then
        assertThat(text(rendered))
                .contains("\"changes\":{},\"unchanged\":[]")
                .contains("\"schema\":null,\"table\":null,\"key\":null")
                .endsWith("\"xid\":null}}");
    }

    @Test
    void shouldLeadFromAnIdToItsOffset() {
        assertThat(EventId.of(COMMIT_MICROS, 3, 4711).getLeastSignificantBits()).isEqualTo(4711);
        assertThat(EventId.of(COMMIT_MICROS, 3, 4711).getMostSignificantBits() & 0xffff)
                .isEqualTo(3);
        assertThat(EventId.of(COMMIT_MICROS, 3, 4711).getMostSignificantBits() >>> 16)
                .isEqualTo(COMMIT_MICROS / 1000);
    }

    @Test
    void shouldEscapeNames() {
        // given
        ChangeEvent truncate = new ChangeEvent(
                new SourcePosition(1, Lsn.parse("1/0"), 0),
                Action.TRUNCATE,
                Route.table("w\u00e9ird \"s", "t\\\n", List.of()),
                COMMIT_MICROS,
                1,
                0,
                0,
                true,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT,
                ChangeEvent.ABSENT);

        // when
        RenderedEvent rendered = EventRenderer.render("main", batch(truncate), 0);

        // then
        assertThat(text(rendered))
                .contains("\"record\":null")
                .contains("\"schema\":\"w\u00e9ird \\\"s\",\"table\":\"t\\\\\\u000a\"");
    }

    private static LogBatch batch(ChangeEvent event) {
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        builder.add(event);
        builder.endTransaction(new Lsn(event.position().commitLsn().value() + 8));
        byte[] encoded = BatchCodec.encode(builder.build());
        return new LogBatch(new StoredBatch(1, event.position().ordinal() + baseOf(event), 1, encoded, 0, 0, 0, 0));
    }

    private static long baseOf(ChangeEvent event) {
        return event.action() == Action.UPDATE ? 4711 : 0;
    }

    private static String text(RenderedEvent event) {
        return new String(event.json(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
