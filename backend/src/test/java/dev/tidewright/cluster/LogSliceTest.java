package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogSliceTest {

    @Test
    void aCharacterThatIsCutComesWholeWithTheNextPiece() {
        var log = "größe€😀".repeat(50).getBytes(StandardCharsets.UTF_8);
        var text = new StringBuilder();
        for (var at = 0; at < log.length; ) {
            var piece = piece(log, at, 16);
            assertThat(piece.start()).isEqualTo(at);
            text.append(piece.text());
            at = (int) piece.next();
        }
        assertThat(text.toString().getBytes(StandardCharsets.UTF_8)).isEqualTo(log);
    }

    @Test
    void bytesThatAreNoTextAreReadOnceAndAsTheyAre() {
        var log = new byte[3000];
        for (var i = 0; i < log.length; i++) {
            log[i] = (byte) (i % 7 == 0 ? '\n' : 128 + i % 128);
        }
        for (var size = LogSlice.LEAST; size < 40; size++) {
            var read = new ByteArrayOutputStream();
            for (var at = 0; at < log.length; ) {
                var piece = piece(log, at, size);
                assertThat(piece.start()).isEqualTo(at);
                assertThat(piece.isEmpty()).isFalse();
                read.writeBytes(piece.bytes());
                at = (int) piece.next();
            }
            assertThat(read.toByteArray()).isEqualTo(log);
        }
    }

    private static LogSlice piece(byte[] log, int at, int size) {
        var to = Math.min(log.length, at + size);
        return LogSlice.cut(Arrays.copyOfRange(log, at, to), at, to == log.length, true);
    }
}
