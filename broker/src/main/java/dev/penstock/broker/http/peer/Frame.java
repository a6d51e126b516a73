package dev.penstock.broker.http.peer;

/**
 * What travels on a channel between peers: {@code u32 length, u8 kind, u64 id, payload, 32 bytes code}; the length counts
 * what follows it.
 *
 * @param id of the call; 0 where there is none
 */
record Frame(Kind kind, long id, byte[] payload) {

    /** The largest body that can be configured (64 MiB), an event of 16 MiB whose quotes a protocol doubles, and some head. */
    static final int MAX_BYTES = 68 * 1024 * 1024;

    /** The code travels: never renumber. */
    enum Kind {
        /** First of each side: the sender's node id. Proves that the sender has the key. */
        HELLO(1),
        /** {@code u16 length, path, body}. */
        CALL(2),
        /** The answer to the call of that id. */
        ANSWER(3),
        /** The call of that id was not handled, or its handler failed; the payload says why. */
        REFUSAL(4),
        /** The caller no longer wants the answer, or could not use the one it got. */
        CANCEL(5),
        PING(6),
        PONG(7);

        private static final Kind[] BY_CODE = values();

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Kind ofCode(int code) {
            if (code < 1 || code > BY_CODE.length) {
                throw new IllegalArgumentException(
                        "expected a frame kind 1 to " + BY_CODE.length + ", but got " + code);
            }
            return BY_CODE[code - 1];
        }
    }

    private static final byte[] NOTHING = new byte[0];

    static Frame of(Kind kind, long id) {
        return new Frame(kind, id, NOTHING);
    }
}
