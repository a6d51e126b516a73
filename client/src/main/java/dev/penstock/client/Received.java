package dev.penstock.client;

import java.util.List;

/**
 * @param ackResults one per receipt that was sent along, in order
 * @param logIndex the Raft index that decided; 0 if the answer named none
 */
public record Received(List<Message> messages, List<ItemResult> ackResults, long logIndex) {
    public Received {
        messages = List.copyOf(messages);
        ackResults = List.copyOf(ackResults);
    }

    public List<String> receipts() {
        return messages.stream().map(Message::receipt).toList();
    }
}
