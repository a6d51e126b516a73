package dev.penstock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormsTest {

    @ParameterizedTest
    @CsvSource({
        "0ms,0",
        "250ms,250",
        "30s,30000",
        "5m,300000",
        "2h,7200000",
        "7d,604800000",
        "PT1H,3600000",
        "PT0.5S,500"
    })
    void shouldReadDurations(String text, long millis) {
        assertThat(Forms.durationMillis(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 s", "5sec", "-5s", "1h30m", "PT", "999999999999999d", "5S"})
    void shouldRefuseOtherDurations(String text) {
        assertThatThrownBy(() -> Forms.durationMillis(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "512,512", "512B,512", "256KiB,262144", "2GiB,2147483648", "1TiB,1099511627776", "10MB,10000000"
    })
    void shouldReadSizes(String text, long bytes) {
        assertThat(Sizes.parseBytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2G", "2 GiB", "-1", "1.5GiB", "2gib", "99999999999999999TiB"})
    void shouldRefuseOtherSizes(String text) {
        assertThatThrownBy(() -> Sizes.parseBytes(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "a:1,a,1",
        "127.0.0.1:7800,127.0.0.1,7800",
        "[::1]:80,::1,80",
        "*:80,0.0.0.0,80",
        "a_b.c-d:65535,a_b.c-d,65535"
    })
    void shouldReadAddresses(String text, String host, int port) {
        assertThat(Address.parse(text)).isEqualTo(new Address(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:", ":80", "a:65536", "a:0", "::1:80", "http://a:80", "a:80/", "a b:80", "a:x"})
    void shouldRefuseOtherAddresses(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldWriteAnAddressAsItIsRead() {
        assertThat(Address.parse("[::1]:80")).hasToString("[::1]:80");
        assertThat(Address.parse("a:80")).hasToString("a:80");
    }

    @Test
    void shouldMakeAJdbcUrl() {
        DatabaseUrl url =
                DatabaseUrl.parse("postgresql://re%40der@db.example/sh%20op?sslmode=require&connectTimeout=5");

        assertThat(url.user()).isEqualTo("re@der");
        assertThat(url.database()).isEqualTo("sh op");
        assertThat(url.jdbcUrl())
                .isEqualTo("jdbc:postgresql://db.example:5432/sh%20op?sslmode=require&connectTimeout=5");
        assertThat(url).hasToString("postgresql://re%40der@db.example:5432/sh%20op");
        assertThat(DatabaseUrl.parse("postgresql://p@my_db/d").host()).isEqualTo("my_db");
        assertThat(DatabaseUrl.parse("postgres://p@[::1]:1/d").jdbcUrl()).isEqualTo("jdbc:postgresql://[::1]:1/d");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://p@h/d,postgresql://",
        "mysql://p@h/d,postgresql://",
        "postgresql://h/d,no user",
        "postgresql://@h/d,no user",
        "postgresql://p:hunter2@h/d,password",
        "postgresql://p@h,no database",
        "postgresql://p@h/,no database",
        "postgresql://p@h/a/b,no database",
        "postgresql://p@/d,no single host",
        "'postgresql://p@h1:1,h2:2/d',no single host",
        "postgresql://p@h/d e,percent-encoded",
        "postgresql://p@h/d?password=hunter2,parameter 'password'",
        "postgresql://p@h/d?replication=database,parameter 'replication'",
        "postgresql://p@h/d?x,parameter"
    })
    void shouldRefuseOtherDatabaseUrls(String text, String why) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void shouldCountALetterSwapAsOne() {
        assertThat(KnownKeys.distance("htpt", "http")).isEqualTo(1);
        assertThat(KnownKeys.distance("bind", "bind")).isZero();
        assertThat(KnownKeys.distance("", "raft")).isEqualTo(4);
        assertThat(KnownKeys.distance("data_dirr", "data_dir")).isEqualTo(1);
    }
}
