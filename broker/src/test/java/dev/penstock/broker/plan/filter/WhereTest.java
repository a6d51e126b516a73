package dev.penstock.broker.plan.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.Action;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions say of events. */
class WhereTest {

    private static final String RECORD = "{\"id\":42,\"big\":9223372036854775807,\"small\":-9223372036854775808,"
            + "\"amount\":\"19.90\",\"limit\":\"100\",\"tenth\":0.1,\"huge\":1e+300,\"nan\":\"NaN\",\"inf\":\"Infinity\","
            + "\"digits\":\"123456789012345678901234567890.123456789\",\"status\":\"paid\",\"code\":\"0123\","
            + "\"empty\":\"\",\"nothing\":null,\"yes\":true,\"no\":false,\"note\":\"50% of \\\"it\\\"\\nnew_line\","
            + "\"emoji\":\"a\\ud83d\\ude00b\",\"uml\":\"Äpfel\",\"created\":\"2024-02-29T12:34:56.789+00:00\","
            + "\"day\":\"2024-02-29\",\"old\":\"0044-03-15 BC\",\"never\":\"infinity\","
            + "\"doc\":{\"a\":{\"b\":[10,{\"c\":\"deep\"},null]},\"x\":1,\"x\":2,\"n\":1e400},"
            + "\"tags\":[\"new\",\"vip\"],\"odd name\":\"o\",\"in\":1,\"or\":2,\"straße\":3}";

    private static final OneEvent EVENT = new OneEvent(
            Action.UPDATE, RECORD, "{\"status\":\"new\",\"amount\":\"9.90\"}", "[\"body\"]", "{\"id\":42}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // numbers, whatever form they have in JSON
                "record.amount > 19.9 | no",
                "record.amount == 19.9 | yes",
                "record.amount >= 19.90000000000000000001 | no",
                "record.amount < 100 | yes",
                "100 > record.amount | yes",
                "record.limit > 99.999 | yes",
                "record.tenth == 0.1 | yes",
                "record.tenth == 0.1000000000000000055511151231257827 | no",
                "record.tenth == 1e-1 | yes",
                "record.huge == 1e300 | yes",
                "record.huge > 1e299 | yes",
                "record.big == 9223372036854775807 | yes",
                "record.big < 9223372036854775808 | yes",
                "record.big >= 9223372036854775806.5 | yes",
                "record.small == -9223372036854775808 | yes",
                "record.small > -9223372036854775809 | yes",
                "record.digits == 123456789012345678901234567890.123456789 | yes",
                "record.digits > 123456789012345678901234567890.123456788 | yes",
                "record.doc.n > 1e399 | yes",
                "record.nan > 1e999 | yes",
                "record.nan == double('NaN') | yes",
                "record.inf > 1e999 | yes",
                "record.inf < double('NaN') | yes",
                "record.id == 42.0 | yes",
                "record.id == -0 | no",
                "record.id == '42' | yes",
                "'42.00' == record.id | yes",
                "record.code == 123 | yes",
                "record.code == '123' | no",
                "record.amount == '19.9' | no",
                "record.amount == '19.90' | yes",
                "record.amount > record.limit | no",
                "record.amount > changes.amount | yes",
                "string(record.amount) < string(changes.amount) | yes",
                "record.id > record.amount | yes",
                // text
                "record.status == 'paid' | yes",
                "record.status == \"paid\" | yes",
                "record.status != 'paid' | no",
                "record.status > 'new' | yes",
                "record.empty == '' | yes",
                "record.status != changes.status | yes",
                "record.uml == '\\u00c4pfel' | yes",
                "record.emoji == 'a\\U0001F600b' | yes",
                "record.emoji == 'a😀b' | yes",
                "record.emoji like 'a_b' | yes",
                "record.emoji > 'a\\uffff' | yes",
                "record.status in ['new', 'paid'] | yes",
                "record.status not in ['new', 'paid'] | no",
                "record.status in ['new'] | no",
                "record.amount in [19.9, 5] | yes",
                "record.id in ['41', '42'] | yes",
                "record.yes in [true] | yes",
                "'vip' in record.tags | yes",
                "'gone' in record.tags | no",
                "10 in record.doc.a.b | yes",
                "record.status like 'p%' | yes",
                "record.status like '%ai%' | yes",
                "record.status LIKE 'p__d' | yes",
                "record.status like 'p_d' | no",
                "record.status not like 'p%' | no",
                "record.note like '50\\%%' | yes",
                "record.note like '%new\\_line' | yes",
                "record.status like 'pai\\_' | no",
                "record.note like '%\"it\"%new%' | yes",
                "record.empty like '%' | yes",
                "record.empty like '' | yes",
                "record.empty like '_' | no",
                "record.status like '%%' | yes",
                "record.status like 'PAID' | no",
                "record.status.startsWith('pa') | yes",
                "record.status.endsWith('pa') | no",
                "record.note.contains('\\n') | yes",
                "string(record.id).startsWith('4') | yes",
                "record.note.contains(record.empty) | yes",
                // times
                "record.created > '2024-02-29' | yes",
                "record.created == '2024-02-29 12:34:56.789' | yes",
                "record.created == '2024-02-29T13:34:56.789+01:00' | yes",
                "record.created < '2024-02-29T12:34:56.7890001Z' | yes",
                "record.created >= timestamp('2024-02-29 12:34:56.789Z') | yes",
                "record.day == timestamp('2024-02-29') | yes",
                "record.day == '2024-02-29 00:00' | yes",
                "record.created > record.day | yes",
                "record.old < '0001-01-01' | yes",
                "record.old < record.day | yes",
                "record.never > '9999-12-31' | yes",
                "timestamp(1709210096) <= record.created | yes",
                "metadata.commit_timestamp > '2026-10-19' | yes",
                "metadata.commit_timestamp < '2026-10-21T00:00Z' | yes",
                // booleans
                "record.yes | yes",
                "!record.yes | no",
                "record.yes == true | yes",
                "record.no == false && record.yes | yes",
                "record.yes == 'on' | yes",
                "bool(record.id == 42) | yes",
                "bool('t') | yes",
                "not record.no | yes",
                "NOT record.yes OR Record.no | column 19: unknown name 'Record', did you mean 'record'?",
                // null and what is not there
                "record.nothing == null | yes",
                "record.nothing != null | no",
                "record.missing == null | yes",
                "null != record.status | yes",
                "record.nothing == 1 | no",
                "record.nothing != 1 | no",
                "record.nothing > 1 or record.nothing <= 1 | no",
                "!(record.nothing == 1) | no",
                "record.nothing in [1, 2] | no",
                "record.nothing not in [1, 2] | no",
                "record.nothing like '%' | no",
                "has(record.nothing) | yes",
                "has(record.missing) | no",
                "!has(record.missing) | yes",
                "has(changes.status) | yes",
                "has(changes.id) | no",
                "has(record.doc.a) | yes",
                "has(record.doc.zz) | no",
                "has(record.doc.a.b[1]) | yes",
                "has(record.doc.a.b[3]) | no",
                "has(record.body) | no",
                "record.body != null | yes",
                "record.body == null | no",
                "record.body.inner == null | no",
                "record.body.inner != null | no",
                "record.body == 'x' or record.body != 'x' | no",
                "record == null | no",
                "changes != null | yes",
                "double(record.nothing) > 1 | no",
                "string(record.missing) == null | yes",
                // within json
                "record.doc.a.b[0] == 10 | yes",
                "record.doc.a.b[1].c == 'deep' | yes",
                "record[\"doc\"]['a'].b[1][\"c\"] like 'd%' | yes",
                "record.doc.a.b[2] == null | yes",
                "record.doc.x == 2 | yes",
                "record.status.inner == null | yes",
                "record.tags[1] == 'vip' | yes",
                "record.tags[7] == 'vip' | no",
                "record['odd name'] == 'o' | yes",
                "record.in == 1 and record.or == 2 | yes",
                "record.straße == 3 | yes",
                // metadata
                "action == 'update' | yes",
                "metadata.action in ['insert', 'delete'] | no",
                "metadata.table == 'orders' and metadata.schema == 'public' | yes",
                "metadata.database == 'shop' && metadata.stream == 'main' | yes",
                "metadata.key.id == 42 | yes",
                "metadata.commit_lsn == '0/16B3748' | yes",
                "metadata.commit_ordinal == 7 | yes",
                "metadata.xid == 4294967294 | yes",
                // joining
                "record.id == 1 or record.id == 42 and record.status == 'paid' | yes",
                "(record.id == 1 or record.id == 42) and record.status == 'new' | no",
                "not record.id == 1 | yes",
                "(record.id == 42) == true | yes",
                "1 == 1 | yes",
                "true | yes",
                "false or true && false | no",
                // casts
                "int(record.amount) == 19 | yes",
                "int('-19.99') == -19 | yes",
                "int(record.big) == 9223372036854775807 | yes",
                "double(record.amount) == 19.90 | yes",
                "double(' 7 ') == 7 | yes",
                "string(record.amount) == '19.90' | yes",
                "string(record.yes) == 'true' | yes",
                "string(record.id) like '4_' | yes",
                "string(19.90) == '19.90' | yes",
                "bool(1) | yes"
            })
    void shouldJudge(String expression, String expected) {
        String said;
        try {
            said = EVENT.says(expression);
        } catch (ExpressionRefused refused) {
            said = String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
        }
        if (expected.length() > 3) {
            assertThat(said).contains(expected);
        } else {
            assertThat(said).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "record.status > 100 | line 1, column 1 (record.status): expected a number, but this is text that reads as none",
                "100 < record.status | line 1, column 7 (record.status): expected a number",
                "record.yes > 1 | expected a number, but this is a boolean",
                "record.id == true | expected a boolean, but this is a number",
                "record.status == true | expected a boolean",
                "record.doc == 'x' | expected text, but this is an object",
                "record.tags == 'x' | expected text, but this is an array",
                "record.doc > 1 | expected a number, but this is an object",
                "record.id | line 1, column 1 (record.id): expected a boolean, but this is a number",
                "record.status and true | expected a boolean, but this is text",
                "record.id like '4%' | expected text, but this is a number",
                "record.id.startsWith('4') | expected text, but this is a number",
                "int(record.status) == 1 | line 1, column 5 (record.status): expected a number whose whole part is a bigint",
                "int('9223372036854775808') == 1 | expected a number whose whole part is a bigint",
                "int(record.nan) == 1 | expected a number whose whole part is a bigint",
                "int(record.huge) == 1 | expected a number whose whole part is a bigint",
                "double(record.yes) == 1 | expected a number, but this is a boolean",
                "timestamp(record.status) > '2024-01-01' | expected a date or time, but this is other text",
                "timestamp('2024-02-30') > record.day | expected a date or time",
                "bool(record.id) | expected a boolean, but this is a number",
                "string(record.doc) == 'x' | expected text, a number",
                "'vip' in record.status | expected an array, but this is text",
                "record.status in [1, 2] | expected a number",
                "metadata.commit_timestamp > record.status | expected a time",
                "record.id == 'x' | expected a number",
                "not (record.status > 100) | expected a number",
                "record.nothing == 1 or record.status > 100 | expected a number",
                "record.nothing == 1 and record.status > 100 | expected a number",
                "record.id == 42 and record.status > 100 | expected a number"
            })
    void shouldFailWhereItCannotTell(String expression, String reason) {
        assertThat(EVENT.says(expression)).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "record.id == 42 or record.status > 100 | yes",
                "record.status > 100 or record.id == 42 | yes",
                "record.id == 1 and record.status > 100 | no",
                "record.status > 100 and record.id == 1 | no"
            })
    void shouldLetADecisivePartOverruleAFailure(String expression, String expected) {
        assertThat(EVENT.says(expression)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "T,T,T,T", "T,F,F,T", "T,U,U,T", "T,E,E,T", "F,F,F,F", "F,U,F,U", "F,E,F,E", "U,U,U,U", "U,E,E,E", "E,E,E,E"
    })
    void shouldJoinFourTruths(String one, String other, String and, String or) {
        for (String[] pair : new String[][] {{one, other}, {other, one}}) {
            assertThat(truth(expression(pair[0]) + " and " + expression(pair[1])))
                    .isEqualTo(and);
            assertThat(truth(expression(pair[0]) + " || " + expression(pair[1])))
                    .isEqualTo(or);
        }
    }

    private static String expression(String truth) {
        return switch (truth) {
            case "T" -> "record.yes";
            case "F" -> "record.no";
            case "U" -> "record.nothing == 1";
            default -> "record.status > 1";
        };
    }

    /** False and unknown do not match; what their negation does tells them apart. */
    private static String truth(String expression) {
        String plain = EVENT.says(expression);
        String negated = EVENT.says("not (" + expression + ")");
        if (plain.length() > 3) {
            assertThat(negated).hasSizeGreaterThan(3);
            return "E";
        }
        return plain.equals("yes") ? "T" : negated.equals("yes") ? "F" : "U";
    }

    @Test
    void shouldJudgeEventsWithoutARecord() {
        OneEvent truncate = new OneEvent(Action.TRUNCATE, "", "", "", "");

        assertThat(truncate.says("record.id == 1")).isEqualTo("no");
        assertThat(truncate.says("record == null")).isEqualTo("yes");
        assertThat(truncate.says("changes == null")).isEqualTo("no");
        assertThat(truncate.says("metadata.key == null")).isEqualTo("yes");
        assertThat(truncate.says("record.id == 1 or action == 'truncate'")).isEqualTo("yes");
    }

    @Test
    void shouldJudgeMessages() {
        OneEvent message = new OneEvent(
                Action.MESSAGE, "{\"prefix\":\"mail\",\"content\":\"hello\",\"transactional\":true}", "", "", "");

        assertThat(message.says("record.prefix == 'mail' && record.content.contains('ell')"))
                .isEqualTo("yes");
        assertThat(message.says("metadata.table == null and metadata.xid == null"))
                .isEqualTo("yes");
    }

    @Test
    void shouldLeaveBodiesPackedWhileMetadataDecides() {
        // given
        EventAt event = EVENT.at();
        AtomicInteger opened = new AtomicInteger();
        EventAt watched = new EventAt(event.header(), event.columns(), 0, () -> {
            opened.incrementAndGet();
            return event.bodies().get();
        });

        // when
        Where.compile("action == 'insert' and record.id == 42").judge(watched);
        Where.compile("metadata.commit_timestamp > '2020-01-01' or record.id == 42")
                .judge(watched);

        // then
        assertThat(opened).hasValue(0);
        Where.compile("record.id == 42").judge(watched);
        assertThat(opened).hasPositiveValue();
    }

    @Test
    void shouldFailAtTheStepLimitAndNotRunOn() {
        // given: a pattern that goes back and back over a text that nearly matches
        OneEvent event = OneEvent.of("{\"note\":\"" + "a".repeat(300_000) + "\"}");
        String pattern = "%" + "a_".repeat(1_000) + "b%";

        // when
        Judgement judgement = event.judged("record.note like '" + pattern + "'");

        // then
        assertThat(judgement.verdict()).isEqualTo(Judgement.Verdict.FAILED);
        assertThat(judgement.reason()).isEqualTo("the evaluation took more than 20000000 steps");
        assertThat(judgement.cost()).isLessThan(21_000_000);
    }

    @Test
    void shouldSearchLargeTextInLinearTime() {
        OneEvent event = OneEvent.of("{\"note\":\"" + "a".repeat(8_000_000) + "\"}");
        String nearly = "a".repeat(1_500) + "b";

        assertThat(event.says("record.note like '%" + nearly + "%'")).isEqualTo("no");
        assertThat(event.says("record.note.contains('" + nearly + "')")).isEqualTo("no");
    }

    @Test
    void shouldCompareNumbersOfAMillionDigits() {
        String digits = "9".repeat(1_000_000);
        OneEvent event = OneEvent.of("{\"doc\":{\"n\":" + digits + "},\"m\":\"" + digits + "\"}");

        assertThat(event.says("record.doc.n > 1e999999")).isEqualTo("yes");
        assertThat(event.says("record.doc.n < 1e1000000")).isEqualTo("yes");
        assertThat(event.says("record.doc.n == record.m")).isEqualTo("yes");
        assertThat(OneEvent.of("{\"n\":1e99999999999999999999}").says("record.n > 1"))
                .contains("exponent");
    }

    @Test
    void shouldReadDeepAndWideJson() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        OneEvent event = OneEvent.of("{\"deep\":" + deep + ",\"a\":{\"deep\":" + deep + ",\"b\":1}}");

        assertThat(event.says("record.a.b == 1")).isEqualTo("yes");
        assertThat(event.says("record.deep[0][0] != null")).isEqualTo("yes");
    }

    @Test
    void shouldMatchWhatCannotBeRead() {
        assertThat(OneEvent.of("{\"a\":").says("record.b == 1")).contains("could not be read");
    }
}
