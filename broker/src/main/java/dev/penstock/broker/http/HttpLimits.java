package dev.penstock.broker.http;

import java.time.Duration;

/**
 * What one client may take from the server. The defaults are the contract's ("Limits"); tests shorten the times.
 *
 * @param maxBodyBytes of an ordinary request
 * @param maxBatchBodyBytes of SQS batches and of requests that carry receipts
 * @param maxConnections from addresses that are not of the cluster
 * @param maxConnectionsPerAddress from one such address
 * @param maxPeerConnections from all addresses of the cluster's members together, counted apart
 * @param headerDeadline from the first byte of a request to the end of its header
 * @param bodyDeadline from the end of the header to the end of the body
 * @param idle how long a connection may stand between requests
 * @param writeStall how long a client may take no byte of an answer
 * @param leaderWait how long a request that names no wait of its own is held while there is no leader
 * @param maxBufferedBodyBytes of all bodies that are being received
 * @param maxUnsentAnswerBytes of all answers that clients have not yet taken: above it, no new reads are begun
 */
public record HttpLimits(
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxBodyBytes,
        int maxBatchBodyBytes,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxPeerConnections,
        Duration headerDeadline,
        Duration bodyDeadline,
        Duration idle,
        Duration writeStall,
        Duration leaderWait,
        long maxBufferedBodyBytes,
        long maxUnsentAnswerBytes) {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    public static HttpLimits defaults() {
        return new HttpLimits(
                8 * KIB,
                16 * KIB,
                2 * MIB,
                8 * MIB,
                2_000,
                200,
                2_000,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                128L * MIB,
                256L * MIB);
    }

    /** The same with other times. */
    public HttpLimits withTimes(Duration header, Duration body, Duration idleTime, Duration stall) {
        return new HttpLimits(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxBodyBytes,
                maxBatchBodyBytes,
                maxConnections,
                maxConnectionsPerAddress,
                maxPeerConnections,
                header,
                body,
                idleTime,
                stall,
                leaderWait,
                maxBufferedBodyBytes,
                maxUnsentAnswerBytes);
    }

    /** The same with other numbers of connections. */
    public HttpLimits withConnections(int total, int perAddress, int peers) {
        return new HttpLimits(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxBodyBytes,
                maxBatchBodyBytes,
                total,
                perAddress,
                peers,
                headerDeadline,
                bodyDeadline,
                idle,
                writeStall,
                leaderWait,
                maxBufferedBodyBytes,
                maxUnsentAnswerBytes);
    }

    /** How often a connection looks at its deadlines: fine enough for the shortest, coarse enough to cost nothing. */
    long tickMillis() {
        long shortest = Math.min(
                Math.min(headerDeadline.toMillis(), bodyDeadline.toMillis()),
                Math.min(idle.toMillis(), writeStall.toMillis()));
        return Math.max(10, Math.min(500, shortest / 4));
    }
}
