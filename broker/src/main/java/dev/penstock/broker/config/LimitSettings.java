package dev.penstock.broker.config;

/** How much a client may ask for. The defaults are those of the contract. */
public record LimitSettings(
        @Setting(
                key = "connections",
                doc = "Open HTTP connections in all; further ones are closed at once.",
                fallback = "2000",
                atLeast = "10",
                atMost = "100000")
        int connections,

        @Setting(
                key = "connections_per_address",
                doc = "Open HTTP connections of one client address. Raise it if clients come through one proxy.",
                fallback = "200",
                atLeast = "1",
                atMost = "100000")
        int connectionsPerAddress,

        @Setting(
                key = "headers",
                doc = "Size of all headers of a request.",
                fallback = "16KiB",
                atLeast = "4KiB",
                atMost = "1MiB")
        int headerBytes,

        @Setting(
                key = "body",
                doc = "Size of a request's body.",
                fallback = "2MiB",
                atLeast = "64KiB",
                atMost = "64MiB")
        int bodyBytes,

        @Setting(
                key = "batch_body",
                doc = "Size of the body of an SQS batch or an ack.",
                fallback = "8MiB",
                atLeast = "64KiB",
                atMost = "64MiB")
        int batchBodyBytes,

        @Setting(
                key = "header_time",
                doc = "How long the headers of a request may take to arrive.",
                fallback = "5s",
                atLeast = "100ms",
                atMost = "5m")
        long headerMillis,

        @Setting(
                key = "body_time",
                doc = "How long the body of a request may take to arrive.",
                fallback = "15s",
                atLeast = "100ms",
                atMost = "10m")
        long bodyMillis,

        @Setting(
                key = "idle_time",
                doc = "How long a connection may stay open without a request.",
                fallback = "60s",
                atLeast = "1s",
                atMost = "1h")
        long idleMillis,

        @Setting(
                key = "write_stall",
                doc = "How long a client may leave its answer unread.",
                fallback = "30s",
                atLeast = "1s",
                atMost = "1h")
        long writeStallMillis,

        @Setting(
                key = "in_flight_per_group",
                doc = "Messages of one group under a lease at one time.",
                fallback = "120000",
                atLeast = "1",
                atMost = "120000")
        int inFlightPerGroup,

        @Setting(
                key = "purge_interval",
                doc = "How soon SQS' PurgeQueue may be repeated on a queue. AWS has 60s; by default it may be at once.",
                fallback = "0s",
                atLeast = "0s",
                atMost = "1h")
        long purgeIntervalMillis) {}
