package org.apache.ratis.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftStorageMetadataFileImplTest {
    @TempDir
    Path current;

    private static RaftStorageMetadata vote(long term, String peer) {
        return RaftStorageMetadata.valueOf(term, RaftPeerId.valueOf(peer));
    }

    @Test
    void shouldForceTheDirectoryAfterTheNewVoteTookItsPlace() throws Exception {
        // given
        Path file = current.resolve("raft-meta");
        List<String> seenAtForce = new ArrayList<>();
        RaftStorageMetadataFileImpl metadata = new RaftStorageMetadataFileImpl(file.toFile(), directory -> {
            assertThat(directory).isEqualTo(current.toAbsolutePath());
            seenAtForce.add(Files.readString(file));
        });
        // when
        metadata.persist(vote(4, "n1-aaaaaaaa"));
        metadata.persist(vote(5, "n2-bbbbbbbb"));
        metadata.persist(vote(5, "n2-bbbbbbbb"));
        // then: once per change, and after the rename
        assertThat(seenAtForce).hasSize(2);
        assertThat(seenAtForce.get(1)).contains("term=5").contains("votedFor=n2-bbbbbbbb");
        assertThat(current.resolve("raft-meta.tmp")).doesNotExist();
    }

    @Test
    void shouldReadBackWhatItWroteAndWhatRatisWrote() throws Exception {
        // given
        Path file = current.resolve("raft-meta");
        assertThat(new RaftStorageMetadataFileImpl(file.toFile()).getMetadata())
                .isEqualTo(RaftStorageMetadata.getDefault());
        // when
        new RaftStorageMetadataFileImpl(file.toFile()).persist(vote(5, "n2-bbbbbbbb"));
        // then
        assertThat(new RaftStorageMetadataFileImpl(file.toFile()).getMetadata()).isEqualTo(vote(5, "n2-bbbbbbbb"));
        // and as java.util.Properties stores it, which is what the original class does
        Files.writeString(file, "#\n#Sat Nov 21 09:00:00 UTC 2026\nterm=7\nvotedFor=\n");
        assertThat(new RaftStorageMetadataFileImpl(file.toFile()).getMetadata()).isEqualTo(vote(7, ""));
    }

    @Test
    void shouldNotBelieveAVoteThatTheDiskRefused() throws Exception {
        // given
        Path file = current.resolve("raft-meta");
        boolean[] broken = {false};
        RaftStorageMetadataFileImpl metadata = new RaftStorageMetadataFileImpl(file.toFile(), directory -> {
            if (broken[0]) {
                throw new IOException("no");
            }
        });
        metadata.persist(vote(4, "n1-aaaaaaaa"));
        // when
        broken[0] = true;
        assertThatThrownBy(() -> metadata.persist(vote(5, "n2-bbbbbbbb"))).isInstanceOf(IOException.class);
        broken[0] = false;
        // then: the same vote again is written again, not taken for done
        metadata.persist(vote(5, "n2-bbbbbbbb"));
        assertThat(metadata.getMetadata()).isEqualTo(vote(5, "n2-bbbbbbbb"));
        assertThat(Files.readString(file)).contains("term=5");
    }

    @Test
    void shouldRefuseAFileWithoutAVote() throws Exception {
        Files.writeString(current.resolve("raft-meta"), "garbage");
        assertThatThrownBy(() -> new RaftStorageMetadataFileImpl(
                                current.resolve("raft-meta").toFile())
                        .getMetadata())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("raft-meta")
                .hasMessageContaining("--join");
    }
}
