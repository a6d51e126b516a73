package dev.penstock.replicator.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.MessageFacts;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueFactsTest {

    private static QueueFacts facts(String prefix, String content) {
        byte[] padded = ("{{" + content + "}}").getBytes(StandardCharsets.UTF_8);
        return QueueFacts.of(new PgOutputMessage.Logical(true, new Lsn(1), prefix, padded, 2, padded.length - 2));
    }

    @Test
    void shouldHaveNoFactsOfOtherMessages() {
        assertThat(facts("app", "{\"body\":\"x\"}")).isEqualTo(new QueueFacts(0, MessageFacts.NONE));
        assertThat(facts("penstock.hb", "").keyHash()).isZero();
        assertThat(facts("penstock:x:jobs", "").keyHash()).isZero();
    }

    @Test
    void shouldReadGroupDelayAndDeduplication() {
        QueueFacts plain = facts("penstock:m:jobs", "{\"body\":\"x\"}");
        QueueFacts full = facts(
                "penstock:m:jobs",
                " { \"uuid\" : \"6f9619ff-8b86-d011-b42d-00c04fc964ff\",\"attributes\":{\"a\":{\"DataType\":\"String\","
                        + "\"StringValue\":\"\\u00e4\\ud83d\\ude00\"},\"n\":[1,-2.5e3,true,null,{}]},\n\"delay\":900,"
                        + "\"group\":\"g\\u0031\",\"dedup\":\"d\",\"body\":\"\\\"ä\\\\\"}\t");

        assertThat(plain.facts()).isEqualTo(MessageFacts.NONE);
        assertThat(full.facts().delaySeconds()).isEqualTo(900);
        assertThat(full.facts().hasDeduplication()).isTrue();
        assertThat(full.keyHash())
                .isNotEqualTo(plain.keyHash())
                .isEqualTo(facts("penstock:m:jobs.fifo", "{\"group\":\"g1\",\"body\":\"\"}")
                        .keyHash());
    }

    @Test
    void shouldTakeMessagesWithoutAGroupAsOfOne() {
        long ofDefault = facts("penstock:m:jobs", "{\"group\":\"default\",\"body\":\"\"}")
                .keyHash();

        assertThat(facts("penstock:q:jobs", "raw").keyHash()).isEqualTo(ofDefault);
        assertThat(facts("penstock:q:jobs.fifo", "raw").keyHash()).isEqualTo(ofDefault);
        assertThat(facts("penstock:m:jobs", "no envelope").keyHash()).isEqualTo(ofDefault);
        assertThat(facts("penstock:m:jobs", "{\"group\":null,\"body\":\"\"}").keyHash())
                .isEqualTo(ofDefault);
        assertThat(facts("penstock:q:other", "raw").keyHash()).isNotEqualTo(ofDefault);
    }

    @Test
    void shouldTellRepetitionsOfOneQueueOnly() {
        MessageFacts first =
                facts("penstock:m:jobs", "{\"dedup\":\"d\",\"body\":\"1\"}").facts();

        assertThat(facts("penstock:m:jobs.fifo", "{\"body\":\"2\",\"dedup\":\"d\",\"group\":\"g\"}")
                        .facts())
                .isEqualTo(first);
        assertThat(facts("penstock:m:jobs", "{\"dedup\":\"e\",\"body\":\"1\"}").facts())
                .isNotEqualTo(first);
        assertThat(facts("penstock:m:other", "{\"dedup\":\"d\",\"body\":\"1\"}").facts())
                .isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "\"x\"",
                "{\"delay\":1}",
                "{\"delay\":1,\"body\":null}",
                "{\"delay\":1,\"body\":{}}",
                "{\"delay\":1,\"body\":\"x\"",
                "{\"delay\":1,\"body\":\"x\"}}",
                "{\"delay\":1,\"body\":\"x\",}",
                "{\"delay\":1,,\"body\":\"x\"}",
                "{\"delay\":1 \"body\":\"x\"}",
                "{\"delay\":\"1\",\"body\":\"x\"}",
                "{\"delay\":1.0,\"body\":\"x\"}",
                "{\"delay\":01,\"body\":\"x\"}",
                "{\"delay\":-1,\"body\":\"x\"}",
                "{\"delay\":901,\"body\":\"x\"}",
                "{\"delay\":99999999999999999999,\"body\":\"x\"}",
                "{\"delay\":1,\"delay\":2,\"body\":\"x\"}",
                "{\"delay\":1,\"body\":\"x\",\"other\":1}",
                "{\"delay\":1,\"body\":\"x\",\"\":1}",
                "{\"delay\":1,\"body\":\"\\ud800\"}",
                "{\"delay\":1,\"body\":\"\\ud800x\"}",
                "{\"delay\":1,\"body\":\"\\x\"}",
                "{\"delay\":1,\"body\":\"\\u00g0\"}",
                "{\"delay\":1,\"body\":\"\n\"}",
                "{\"delay\":1,\"uuid\":\"x\",\"body\":\"x\"}",
                "{\"delay\":1,\"group\":\"a b\",\"body\":\"x\"}",
                "{\"delay\":1,\"group\":\"\",\"body\":\"x\"}",
                "{\"delay\":1,\"dedup\":7,\"body\":\"x\"}",
                "{\"delay\":1,\"attributes\":[],\"body\":\"x\"}",
                "{\"delay\":1,\"attributes\":{\"a\":[[[[[[[[[[]]]]]]]]]]},\"body\":\"x\"}",
                "{\"delay\":1,\"attributes\":{\"a\":1.},\"body\":\"x\"}",
                "{\"delay\":1,\"attributes\":{\"a\":nul},\"body\":\"x\"}"
            })
    void shouldTakeNothingFromWhatIsNoEnvelope(String content) {
        QueueFacts facts = facts("penstock:m:jobs", content);

        assertThat(facts.facts()).isEqualTo(MessageFacts.NONE);
        assertThat(facts.keyHash()).isEqualTo(facts("penstock:q:jobs", "").keyHash());
    }

    /** A message written by anyone must never stop the source. */
    @Test
    void shouldSurviveMutatedEnvelopes() {
        Random random = new Random(7);
        byte[] envelope =
                ("{\"uuid\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\",\"attributes\":{\"a\":{\"x\":[1e5,true]}},"
                                + "\"delay\":5,\"group\":\"g\",\"dedup\":\"d\",\"body\":\"\\u00e4\\n\"}")
                        .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = envelope.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            int end = random.nextInt(10) == 0 ? random.nextInt(mutated.length + 1) : mutated.length;
            QueueFacts facts =
                    QueueFacts.of(new PgOutputMessage.Logical(true, new Lsn(1), "penstock:m:jobs", mutated, 0, end));
            assertThat(facts.keyHash()).isNotZero();
        }
    }
}
