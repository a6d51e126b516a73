package dev.penstock.broker.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.Optional;

/** Requests that ask to speak another protocol on their connection. Called on event loops. */
interface ProtocolSwitch {

    ProtocolSwitch NONE = (head, channel) -> Optional.empty();

    /** @param handler takes the connection over once the answer is written */
    record Accepted(Response answer, ChannelHandler handler) {}

    /** Empty: an ordinary request. A refusal is thrown as {@link HttpFailure}. */
    Optional<Accepted> accept(RequestHead head, Channel channel);
}
