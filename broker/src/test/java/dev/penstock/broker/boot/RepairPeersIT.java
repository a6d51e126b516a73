package dev.penstock.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.broker.http.TestNode;
import dev.penstock.broker.raft.SnapshotOffer;
import dev.penstock.broker.raft.SnapshotOffer.StoredFile;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots between nodes over a real server. */
class RepairPeersIT {

    private static final SnapshotOffer OFFER = new SnapshotOffer(
            3, 77, List.of(new StoredFile("CURRENT", 16, "aa"), new StoredFile("000008.sst", 5_000_000, "bb")));

    private TestNode node;
    private RepairPeers peers;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start();
        URI nobody = URI.create("http://127.0.0.1:1");
        peers = new RepairPeers(
                node.peerClient, new ClusterPeers("n1", node.peerClient, Map.of("n2", node.uri(), "n3", nobody)));
        RepairPeers.serve(
                node.peerEndpoints,
                new RepairPeers.Giving() {
                    @Override
                    public Optional<SnapshotOffer> offer(long atLeast) {
                        return OFFER.index() >= atLeast ? Optional.of(OFFER) : Optional.empty();
                    }

                    @Override
                    public byte[] read(long index, String file, long offset, int length) throws IOException {
                        if (index != OFFER.index()) {
                            throw new IOException("not offered");
                        }
                        byte[] part = new byte[length];
                        Arrays.fill(part, (byte) offset);
                        return part;
                    }
                },
                Runnable::run);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void shouldTellWhatIsOffered() throws Exception {
        assertThat(peers.offers(77)).isEqualTo(Map.of("n2", OFFER));
        assertThat(peers.offers(78)).isEmpty();
    }

    @Test
    void shouldCarryPartsOfFiles() throws Exception {
        byte[] part = peers.part("n2", 77, "000008.sst", 7, 1 << 20);

        assertThat(part).hasSize(1 << 20).containsOnly(7);
    }

    @Test
    void shouldFailWhenThePartIsNotGiven() {
        assertThatThrownBy(() -> peers.part("n2", 78, "000008.sst", 0, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not offered");
        assertThatThrownBy(() -> peers.part("n3", 77, "000008.sst", 0, 10)).isInstanceOf(IOException.class);
    }
}
