package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.model.ChangeEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values of each type from SQL to JSON, in one row: type, literal, JSON. */
@ExtendWith(SharedPostgres.class)
class TypesIT {

    private static final String[][] VALUES = {
        {"int2", "'-32768'", "-32768"},
        {"int4", "'2147483647'", "2147483647"},
        {"int8", "'9223372036854775807'", "9223372036854775807"},
        {"int8", "'9007199254740993'", "9007199254740993"},
        {"oid", "'4294967295'", "4294967295"},
        {"xid8", "'18446744073709551615'", "18446744073709551615"},
        {"numeric", "'123456789012345678901234567890.123456789'", "\"123456789012345678901234567890.123456789\""},
        {"numeric(10,2)", "1.5", "\"1.50\""},
        {"numeric", "1e500", "\"1" + "0".repeat(500) + "\""},
        {"numeric(5,-2)", "12345", "\"12300\""},
        {"numeric", "'NaN'", "\"NaN\""},
        {"numeric", "'-Infinity'", "\"-Infinity\""},
        {"real", "'0.1'", "0.1"},
        {"real", "16777217", "1.6777216e+07"},
        {"float8", "'1e300'", "1e+300"},
        {"float8", "'-0'", "-0"},
        {"float8", "123456789012345680", "1.2345678901234568e+17"},
        {"float8", "'NaN'", "\"NaN\""},
        {"float8", "'-Infinity'", "\"-Infinity\""},
        {"bool", "true", "true"},
        {"bool", "false", "false"},
        {"char(5)", "'ab'", "\"ab   \""},
        {"varchar", "'héé'", "\"héé\""},
        {"text", "''", "\"\""},
        {"text", "null", "null"},
        {"text", "e'a\\nb\"c\\\\d\\te\\u0001f/😀'", "\"a\\nb\\\"c\\\\d\\te\\u0001f/😀\""},
        {"name", "'abc'", "\"abc\""},
        {"bytea", "'\\x00ff10'", "\"\\\\x00ff10\""},
        {"bytea", "''", "\"\\\\x\""},
        {"date", "'2024-02-29'", "\"2024-02-29\""},
        {"date", "'0044-03-15 BC'", "\"0044-03-15 BC\""},
        {"date", "'-infinity'", "\"-infinity\""},
        {"time", "'24:00:00'", "\"24:00:00\""},
        {"timetz", "'12:34:56.789+05:30'", "\"12:34:56.789+05:30\""},
        {"timestamp", "'2024-02-29 12:34:56.789'", "\"2024-02-29T12:34:56.789\""},
        {"timestamp", "'0044-03-15 12:00:00 BC'", "\"0044-03-15T12:00:00 BC\""},
        {"timestamp", "'294276-12-31 23:59:59.999999'", "\"294276-12-31T23:59:59.999999\""},
        {"timestamp", "'infinity'", "\"infinity\""},
        {"timestamptz", "'2024-02-29 08:04:56.789123+01'", "\"2024-02-29T07:04:56.789123+00:00\""},
        {"timestamptz", "'1850-01-01 00:00:00+00'", "\"1850-01-01T00:00:00+00:00\""},
        {"timestamptz", "'0001-01-01 00:00:00+00 BC'", "\"0001-01-01T00:00:00+00:00 BC\""},
        {"timestamptz", "'-infinity'", "\"-infinity\""},
        {"interval", "'1 year 2 mons 3 days 04:05:06.789'", "\"1 year 2 mons 3 days 04:05:06.789\""},
        {"uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""},
        {
            "json",
            "'{\"b\" : 1,  \"b\":12345678901234567890.10, \"c\":1e400}'",
            "{\"b\" : 1,  \"b\":12345678901234567890.10, \"c\":1e400}"
        },
        {"jsonb", "'{\"b\":1.10,\"a\":null}'", "{\"a\": null, \"b\": 1.10}"},
        {"jsonb", "'null'", "null"},
        {"jsonb", "'\"str\"'", "\"str\""},
        {"inet", "'192.168.1.5/24'", "\"192.168.1.5/24\""},
        {"macaddr", "'08:00:2b:01:02:03'", "\"08:00:2b:01:02:03\""},
        {"bit(4)", "'1010'", "\"1010\""},
        {"point", "'(1.5,-2)'", "\"(1.5,-2)\""},
        {"int4range", "'[1,5)'", "\"[1,5)\""},
        {"tsvector", "'a:1A cat:2'", "\"'a':1A 'cat':2\""},
        {"money", "'-1234.5'", "\"-$1,234.50\""},
        {"int[]", "'{1,NULL,3}'", "[1,null,3]"},
        {"int[]", "'{}'", "[]"},
        {"int[]", "'{{1,2},{3,4}}'", "[[1,2],[3,4]]"},
        {"int[]", "'[0:1]={7,8}'", "[7,8]"},
        {
            "text[]",
            "'{a,\"b c\",\"NULL\",NULL,\"q\\\"uote\",\"back\\\\slash\",\"\"}'",
            "[\"a\",\"b c\",\"NULL\",null,\"q\\\"uote\",\"back\\\\slash\",\"\"]"
        },
        {"text[]", "'{{a,b},{c,NULL}}'", "[[\"a\",\"b\"],[\"c\",null]]"},
        {"numeric[]", "'{1.10,NaN}'", "[\"1.10\",\"NaN\"]"},
        {"bool[]", "'{t,f}'", "[true,false]"},
        {"bytea[]", "array['\\xdead'::bytea]", "[\"\\\\xdead\"]"},
        {"timestamptz[]", "'{\"2024-01-01 00:00:00+00\",infinity}'", "[\"2024-01-01T00:00:00+00:00\",\"infinity\"]"},
        {"jsonb[]", "'{\"{\\\"a\\\": 1}\",NULL}'", "[{\"a\": 1},null]"},
        {"uuid[]", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'", "[\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"]"},
        {"float8[]", "'{1.5,Infinity}'", "[1.5,\"Infinity\"]"},
        {"box[]", "'{(1,1),(0,0);(3,3),(2,2)}'", "[\"(1,1),(0,0)\",\"(3,3),(2,2)\"]"},
        {"int2vector", "'1 2 3'", "[1,2,3]"},
        {"x.mood", "'sad'", "\"sad\""},
        {"x.mood[]", "'{sad,\"very happy\",NULL}'", "[\"sad\",\"very happy\",null]"},
        {"x.positive", "7", "7"},
        {"x.tags", "'{a,b}'", "[\"a\",\"b\"]"},
        {"x.positive[]", "'{1,2}'", "[1,2]"},
        {"x.pair", "'(1,\"q,\"\"w\")'", "\"(1,\\\"q,\\\"\\\"w\\\")\""},
    };

    @Test
    void shouldRenderEachTypeLosslessly(EmbeddedPostgres postgres) throws SQLException {
        try (SourceHarness source = new SourceHarness(postgres)) {
            // given
            source.sql(
                    "create type mood as enum ('sad', 'very happy')",
                    "create domain positive as int check (value > 0)",
                    "create domain tags as text[]",
                    "create type pair as (a int, b text)");
            List<String> columns = new ArrayList<>();
            List<String> literals = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < VALUES.length; i++) {
                columns.add("c" + i + " " + VALUES[i][0]);
                literals.add(VALUES[i][1]);
                expected.add("\"c" + i + "\":" + VALUES[i][2]);
            }
            source.sql("create table t(" + String.join(", ", columns) + ")");
            // The role's own settings must not reach the stream.
            for (String setting : List.of(
                    "timezone = 'America/New_York'",
                    "intervalstyle = 'iso_8601'",
                    "bytea_output = 'escape'",
                    "extra_float_digits = -3")) {
                source.sql("alter role " + SourceHarness.ROLE + " in database " + source.database + " set " + setting);
            }
            source.stream("x.t");

            // when
            source.sql("insert into t values (" + String.join(", ", literals) + ")");

            // then
            ChangeEvent event = source.events(1).get(0);
            String record = new String(event.record(), StandardCharsets.UTF_8);
            for (int i = 0; i < VALUES.length; i++) {
                assertThat(record).as(VALUES[i][0] + " " + VALUES[i][1]).contains(expected.get(i));
            }
            assertThat(record).isEqualTo("{" + String.join(",", expected) + "}");
        }
    }

    @Test
    void shouldTakeValuesOfUserTypesThatAppearWhileStreaming(EmbeddedPostgres postgres) throws SQLException {
        try (SourceHarness source = new SourceHarness(postgres)) {
            // given
            source.sql("create type mood as enum ('sad')", "create table t(id int primary key, m mood)");
            source.stream("x.t");

            // when
            source.sql(
                    "insert into t values (1, 'sad')",
                    "alter type mood add value 'ok'",
                    "insert into t values (2, 'ok')",
                    "alter table t add ms mood[]",
                    "insert into t values (3, 'ok', '{ok,sad}')");

            // then
            assertThat(source.lines(3))
                    .containsExactly(
                            "insert x.t key={\"id\":1} {\"id\":1,\"m\":\"sad\"}",
                            "insert x.t key={\"id\":2} {\"id\":2,\"m\":\"ok\"}",
                            "insert x.t key={\"id\":3} {\"id\":3,\"m\":\"ok\",\"ms\":[\"ok\",\"sad\"]}");
        }
    }
}
