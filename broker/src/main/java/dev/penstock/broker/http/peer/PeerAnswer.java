package dev.penstock.broker.http.peer;

/**
 * A peer's answer.
 *
 * @param unused tells the peer that the answer could not be used; what it handed out can then go to others
 */
public record PeerAnswer(byte[] body, Runnable unused) {}
