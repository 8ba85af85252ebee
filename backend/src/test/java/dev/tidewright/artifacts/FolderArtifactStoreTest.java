package dev.tidewright.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Claim;
import dev.tidewright.kernel.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.input.BrokenInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class FolderArtifactStoreTest {

    private static final Claim NOTHING = new Claim(-1, null);
    private static final String HELLO = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    private Path folder;

    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private FolderArtifactStore store;

    @BeforeEach
    void make() {
        var settings = new ArtifactSettings(folder, DataSize.ofMegabytes(1), Duration.ofHours(24), Duration.ofHours(1));
        store = new FolderArtifactStore(settings, () -> now);
    }

    @Test
    void keepsBytesUnderTheirDigest() throws IOException {
        var blob = store.write(bytes("hello"), new Claim(5, Digest.of(HELLO.toUpperCase(java.util.Locale.ROOT))), 100);
        assertThat(blob).isEqualTo(new Blob(Digest.of(HELLO), 5));
        assertThat(folder.resolve("sha256/2c/" + blob.digest().hex())).hasContent("hello");
        assertThat(store.open(blob.digest(), 1, 3)).hasContent("ell");
        assertThat(store.open(blob.digest(), 3, -1)).hasContent("lo");
        assertThat(folder.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void refusesLiesAndLeavesNothingBehind() {
        assertRefused(new Claim(4, null), "size-mismatch");
        assertRefused(new Claim(6, null), "size-mismatch");
        assertRefused(new Claim(5, Digest.of("sha256:" + "0".repeat(64))), "digest-mismatch");
        assertThatThrownBy(() -> store.write(bytes("hello"), NOTHING, 4)).isInstanceOf(Refusal.TooLarge.class);
        assertThatThrownBy(() -> store.write(bytes("hello"), new Claim(5, null), 4))
                .isInstanceOf(Refusal.TooLarge.class);
        assertThat(folder.resolve("sha256")).doesNotExist();
        assertThat(folder.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void aStreamThatBreaksOffLeavesNothingBehind() {
        var broken = new SequenceInputStream(
                bytes("hello"), new BrokenInputStream(() -> new IOException("connection reset")));
        assertThatThrownBy(() -> store.write(broken, NOTHING, 100))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo("upload-broken-off"));
        assertThat(folder.resolve("sha256")).doesNotExist();
        assertThat(folder.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void writingAgainMakesBytesYoungAgain() throws IOException {
        store.write(bytes("hello"), NOTHING, 100);
        now = now.plus(Duration.ofHours(3));
        assertThat(olderThan(now.minusSeconds(3600))).hasSize(1);
        store.write(bytes("hello"), NOTHING, 100);
        assertThat(olderThan(now.minusSeconds(3600))).isEmpty();
    }

    @Test
    void whatNeverArrivedWholeIsSweptAway() throws IOException {
        Files.createDirectories(folder.resolve("incoming"));
        var leftover = Files.writeString(folder.resolve("incoming/x"), "half");
        Files.setLastModifiedTime(leftover, java.nio.file.attribute.FileTime.from(now.minusSeconds(7200)));
        assertThat(olderThan(now.minusSeconds(3600))).isEmpty();
        assertThat(leftover).doesNotExist();
    }

    private List<Blob> olderThan(Instant instant) throws IOException {
        var found = new ArrayList<Blob>();
        store.olderThan(instant, found::add);
        return found;
    }

    private void assertRefused(Claim claim, String code) {
        assertThatThrownBy(() -> store.write(bytes("hello"), claim, 100))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
