package dev.penstock.broker.plan.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no expression, and what is said of it. */
class WhereRefusedTest {

    private static ExpressionRefused refused(String text) {
        return catchThrowableOfType(ExpressionRefused.class, () -> Where.compile(text));
    }

    @Test
    void shouldShowTheFaultWithCarets() {
        assertThat(refused("recrod.amount > 100")).hasMessage("""
                line 1, column 1: unknown name 'recrod', did you mean 'record'? Expected record, changes, metadata, action
                recrod.amount > 100
                ^^^^^^""");
        assertThat(refused("record.amount > 100 &&\n  record.status = 'paid'")).hasMessage("""
                line 2, column 17: expected ==, but this is one = only
                  record.status = 'paid'
                                ^""");
        assertThat(refused("record.amount >")).hasMessage("""
                line 1, column 16: expected record, changes, metadata, action, a value, a cast or (
                record.amount >
                               ^""");
    }

    @Test
    void shouldPlaceCaretsUnderCharactersNotBytes() {
        ExpressionRefused refused = refused("record.größe == '😀' und record.x");

        assertThat(refused.column()).isEqualTo(21);
        assertThat(refused).hasMessageEndingWith("""
                record.größe == '😀' und record.x
                                    ^^^""");
    }

    @Test
    void shouldShowOnlyThePartOfALongLine() {
        ExpressionRefused refused =
                refused("record.a == 1 or ".repeat(100) + "oops.b == 1 or " + "record.a == 1 or ".repeat(100) + "true");

        assertThat(refused.column()).isEqualTo(1_701);
        String[] lines = String.valueOf(refused.getMessage()).split("\n");
        assertThat(lines).hasSize(3);
        assertThat(lines[1]).startsWith("…").endsWith("…").hasSizeLessThan(110);
        assertThat(lines[1].substring(lines[2].indexOf('^'))).startsWith("oops");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | 1 | expected a condition such as",
                "`   ` | 4 | expected a condition such as",
                "record.amount | 0 | ok",
                "42 | 1 | expected a condition, but this is a number",
                "'x' | 1 | expected a condition, but this is text",
                "null | 1 | expected a condition, but this is null",
                "record.a and 1 | 14 | expected a condition, but this is a number",
                "not 'x' | 5 | expected a condition",
                "!5 | 2 | expected a condition",
                "record.a = 1 | 10 | expected ==",
                "(record.a = 1) | 11 | expected ==",
                "record.a <> 1 | 10 | expected !=",
                "record.a is null | 10 | expected == null",
                "record.a between 1 and 2 | 10 | expected >= and <=",
                "record.a ilike 'x' | 10 | neither case nor regular",
                "record.a ~ 'x' | 10 | no regular expression",
                "record.a & record.b | 10 | expected &&",
                "record.a + 1 > 2 | 10 | no arithmetic",
                "1 < record.a < 5 | 14 | one comparison at a time",
                "record.a == | 12 | expected record",
                "record.a == ) | 13 | expected record",
                "record.a == 1) | 14 | expected a comparison, && or ||, or the end",
                "(record.a == 1 | 15 | expected ) for the ( at column 1",
                "record.a == 1 record.b | 15 | expected a comparison, &&",
                "record. | 8 | expected a name after the dot",
                "record..a | 8 | expected a name after the dot",
                "record.'a' == 1 | 8 | expected a name after the dot",
                "record[a] == 1 | 8 | expected a name in quotes",
                "record[-1] == 1 | 8 | expected a name in quotes, or the place",
                "record[1.5] == 1 | 8 | expected a name in quotes, or the place",
                "record[1 == 1 | 10 | expected ] after",
                "record == 1 | 1 | expected a member of it, such as record.status",
                "record.startsWith('x') | 1 | expected a member of it",
                "has(record) | 5 | expected a member such as has(record.note)",
                "has('x') | 5 | expected a member such as",
                "has(record.a | 13 | expected ) for the (",
                "size(record.a) > 1 | 1 | unknown function 'size'",
                "flot(record.a) > 1 | 1 | unknown function 'flot'; expected",
                "doubel(record.a) > 1 | 1 | did you mean 'double'?",
                "record.a.startswith('x') | 10 | did you mean 'startsWith'?",
                "record.a.matches('x') | 10 | no regular expressions",
                "record.a.contains(1) | 19 | expected text, but this is a number",
                "record.a.contains('x' | 22 | expected ) after the text",
                "int(record.a).b == 1 | 14 | expected a method with ( )",
                "'x'.b == 1 | 4 | expected a method with ( )",
                "int(true) == 1 | 5 | expected a number whose whole part is a bigint, but this is a boolean",
                "int(null) == 1 | 5 | but this is null",
                "timestamp(true) == 1 | 11 | expected a date or time",
                "metadata.tabel == 'x' | 1 | did you mean 'table'?",
                "metadata == null | 1 | expected a member of metadata",
                "metadata.table.x == null | 1 | expected nothing within metadata.table",
                "action.x == 'insert' | 1 | expected 'action' alone",
                "action == 'insrt' | 11 | did you mean 'insert'?",
                "action in ['insert', 'upsert'] | 22 | expected an action",
                "metadata.commit_lsn > '0/1' | 21 | expected == or !=: an LSN",
                "metadata.commit_timestamp > 'soon' | 29 | expected a time to compare with, but this text reads as none",
                "metadata.commit_timestamp > 5 | 29 | expected two of a kind",
                "metadata.xid == 'x' | 17 | expected a number to compare with",
                "metadata.table == 5 | 19 | expected two of a kind to compare, but got text and a number",
                "int(record.a) == string(record.b) | 1 | expected two of a kind",
                "1 == true | 1 | expected two of a kind",
                "record.a < null | 10 | expected == or !=",
                "record.a in [] | 13 | expected at least one value",
                "record.a in [1,] | 13 | expected at least one value, and none missing",
                "record.a in [1 2] | 16 | expected , or ]",
                "record.a in [1, 'x'] | 17 | expected a number as the first in the list is, but this is text",
                "record.a in [1, null] | 17 | null is tested by == null",
                "record.a in [record.b] | 14 | expected text, a number, true or false in a list",
                "record.a in (1, 2) | 13 | expected a list such as",
                "record.a in 'x' | 13 | expected a list such as",
                "record.a in action | 13 | expected a list [ … ] or an array",
                "null in record.a | 1 | null is in no array",
                "record.a not 5 | 10 | expected 'not in' or 'not like'",
                "record.a like record.b | 15 | expected a pattern in quotes",
                "record.a like 5 | 15 | expected a pattern in quotes",
                "record.a like 'x\\\\' | 15 | expected a character after the last backslash",
                "5 like 'x' | 1 | expected text, but this is a number",
                "record.a == 'x\\%' | 13 | in the pattern of a like only",
                "record.a == 'x | 13 | expected a closing '",
                "record.a == 'it''s' | 16 | it is not doubled",
                "record.a == ‘x’ | 13 | another quote",
                "record.a == '\\q' | 14 | expected an escape",
                "record.a == '\\u12' | 14 | expected the 4 hexadecimal digits",
                "record.a == '\\ud83d' | 14 | expected the 4 hexadecimal digits",
                "record.a == '\\UFFFFFFFF' | 14 | expected the 8 hexadecimal digits",
                "record.a == 12abc | 13 | expected a number such as",
                "record.a == 1.2.3 | 13 | expected a number such as",
                "record.a == 1e99999999999999999999 | 13 | an exponent of at most 15 digits",
                "record.a == - 'x' | 13 | expected a number after -",
                "record.a == 1; | 14 | without a semicolon",
                "record.a ? true : false | 10 | no '? :'",
                "{} == 1 | 1 | expected no object here",
                "record.a == 1 and | 18 | expected record",
                "or record.a == 1 | 1 | unknown name 'or'",
                "not | 4 | expected record"
            })
    void shouldSayWhereAndWhatWasExpected(String text, int column, String expected) {
        if (column == 0) {
            Where.compile(text);
            return;
        }
        ExpressionRefused refused = refused(text);

        assertThat(refused).as(text).hasMessageContaining(expected);
        assertThat(refused.column()).as(refused.getMessage()).isEqualTo(column);
        assertThat(refused.line()).isEqualTo(1);
    }

    @Test
    void shouldShowOddCharactersAsQuestionMarks() {
        assertThat(refused("\u0000")).hasMessage("""
                line 1, column 1: expected a name, a value or a sign, but this character begins none
                ?
                ^""");
        assertThat(refused("record.a == 'x' \u202e")).hasMessageEndingWith("record.a == 'x' ?\n                ^");
    }

    @Test
    void shouldBoundWhatItReads() {
        assertThatThrownBy(() -> Where.compile("true or ".repeat(600) + "true"))
                .isInstanceOf(ExpressionRefused.class)
                .hasMessageContaining("expected at most 4096 characters, but got 4804");
        Where.compile("true or ".repeat(500) + "true");

        Where.compile("(".repeat(32) + "true" + ")".repeat(32));
        assertThat(refused("(".repeat(33) + "true" + ")".repeat(33))).hasMessageContaining("at most 32 levels");
        assertThat(refused("!".repeat(4_000) + "true")).hasMessageContaining("at most 32 levels");
        assertThat(refused("not ".repeat(1_000) + "true")).hasMessageContaining("at most 32 levels");
        assertThat(refused("int(".repeat(1_000) + "1")).hasMessageContaining("at most 32 levels");

        Where.compile("record" + ".a".repeat(16) + " == 1");
        assertThat(refused("record" + ".a".repeat(17) + " == 1")).hasMessageContaining("at most 16 steps");
        assertThat(refused("record" + "[0]".repeat(1_000) + " == 1")).hasMessageContaining("at most 16 steps");

        Where.compile("record.a in [" + "1,".repeat(999) + "1]");
        assertThat(refused("record.a in [" + "1,".repeat(1_000) + "1]")).hasMessageContaining("at most 1000 values");
    }
}
