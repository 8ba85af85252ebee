package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.LogFiles;
import dev.tidewright.cluster.LogSlice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaLogTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

    @TempDir
    private Path temporary;

    private Path folder = Path.of("");

    @BeforeEach
    void none() {
        folder = temporary.resolve("0");
    }

    @Test
    void whatIsWrittenIsReadAndTheCursorIsFoundAgain() throws IOException {
        var log = ReplicaLog.open(folder);
        assertThat(log.cursor()).isEqualTo(ReplicaLog.Cursor.START);
        append(log, "one\n", NOON);
        append(log, "zwölf\n", NOON.plusSeconds(1));
        log.follows(2);
        log.whole();
        var again = ReplicaLog.open(folder);
        assertThat(again.cursor()).isEqualTo(new ReplicaLog.Cursor(11, NOON.plusSeconds(1), 2, true));
        assertThat(read(0)).isEqualTo("one\nzwölf\n");
    }

    @Test
    void aCrashBetweenTheLinesAndTheCursorDoublesNothingAndLosesNothing() throws IOException {
        var log = ReplicaLog.open(folder);
        append(log, "one\n", NOON);
        Files.writeString(file(0), "two\nthr", StandardOpenOption.APPEND);
        var again = ReplicaLog.open(folder);
        assertThat(again.cursor().last()).isEqualTo(NOON);
        // As the stream gives them from the cursor on.
        append(again, "two\nthree\n", NOON.plusSeconds(1));
        assertThat(read(0)).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void aCrashBeforeTheVeryFirstCursorLeavesNothing() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(file(0), "one\n");
        append(ReplicaLog.open(folder), "one\n", NOON);
        assertThat(read(0)).isEqualTo("one\n");
    }

    @Test
    void aCrashWhileTheCursorIsWrittenLeavesTheOldOne() throws IOException {
        append(ReplicaLog.open(folder), "one\n", NOON);
        Files.writeString(folder.resolve("cursor.new"), "99");
        assertThat(ReplicaLog.open(folder).cursor()).isEqualTo(new ReplicaLog.Cursor(4, NOON, 0, false));
    }

    @Test
    void aCrashInANewSegmentIsCutThereToo() throws IOException {
        var log = ReplicaLog.open(folder);
        var segment = filled();
        log.append(segment, NOON);
        Files.writeString(file(segment.length), "begun\n");
        var again = ReplicaLog.open(folder);
        append(again, "begun\nand on\n", NOON.plusSeconds(1));
        assertThat(read(segment.length)).isEqualTo("begun\nand on\n");
        assertThat(new LogFiles(folder).files()).containsExactly(file(0), file(segment.length));
    }

    @Test
    void linesThatAPowerCutTookLeaveNoGapThatStopsReaders() throws IOException {
        var log = ReplicaLog.open(folder);
        append(log, "one\ntwo\n", NOON);
        Files.writeString(file(0), "one\n");
        var again = ReplicaLog.open(folder);
        append(again, "three\n", NOON.plusSeconds(1));
        assertThat(again.cursor().end()).isEqualTo(10);
        assertThat(read(0)).isEqualTo("one\nthree\n");
    }

    @Test
    void segmentsRotateAndPositionsStay() throws IOException {
        var log = ReplicaLog.open(folder);
        var segment = filled();
        for (var i = 0; i <= ReplicaLog.SEGMENTS; i++) {
            log.append(segment, NOON.plusSeconds(i));
        }
        var files = new LogFiles(folder).files();
        assertThat(files).hasSize(ReplicaLog.SEGMENTS);
        assertThat(files.getFirst()).isEqualTo(file(segment.length));
        append(log, "last\n", NOON.plusSeconds(60));
        assertThat(read((ReplicaLog.SEGMENTS + 1L) * segment.length)).isEqualTo("last\n");
        assertThat(slice(0).start()).isEqualTo(2L * segment.length);
    }

    @Test
    void aLogThatNobodyKeptIsEmpty() throws IOException {
        assertThat(ReplicaLog.cursor(folder)).isEqualTo(ReplicaLog.Cursor.START);
        assertThat(read(0)).isEmpty();
        ReplicaLog.delete(folder);
        append(ReplicaLog.open(folder), "one\n", NOON);
        ReplicaLog.delete(folder);
        assertThat(folder).doesNotExist();
    }

    private static void append(ReplicaLog log, String lines, Instant last) throws IOException {
        log.append(lines.getBytes(StandardCharsets.UTF_8), last);
    }

    private static byte[] filled() {
        var bytes = new byte[ReplicaLog.SEGMENT];
        Arrays.fill(bytes, (byte) 'x');
        bytes[bytes.length - 1] = '\n';
        return bytes;
    }

    private Path file(long offset) {
        return folder.resolve("%020d".formatted(offset));
    }

    private LogSlice slice(long position) {
        return new LogFiles(folder).read(position, 1000, true);
    }

    private String read(long position) {
        return slice(position).text();
    }
}
