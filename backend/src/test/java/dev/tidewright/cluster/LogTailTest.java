package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogTailTest {

    private int read;

    @Test
    void theLastLinesAreReadWithoutTheRest() {
        var log = numbered(1_000_000);
        var tail = LogTail.before(source(log), Long.MAX_VALUE, 3, 1 << 20);
        assertThat(tail.text()).isEqualTo("line 999997\nline 999998\nline 999999\n");
        assertThat(tail.next()).isEqualTo(log.length());
        assertThat(read).isLessThan(100_000);
    }

    @Test
    void goingBackStepByStepSeesEachLineOnce() {
        var log = numbered(10_000);
        var seen = "";
        for (var end = Long.MAX_VALUE; end > 0; ) {
            var piece = LogTail.before(source(log), end, 400, 1 << 20);
            seen = piece.text() + seen;
            end = piece.start();
        }
        assertThat(seen).isEqualTo(log);
    }

    @Test
    void aShortLogIsShownFromItsBeginning() {
        var tail = LogTail.before(source("one\ntwo"), Long.MAX_VALUE, 400, 1 << 20);
        assertThat(tail.text()).isEqualTo("one\ntwo");
        assertThat(tail.start()).isZero();
        assertThat(LogTail.before(source(""), Long.MAX_VALUE, 400, 1 << 20).text())
                .isEmpty();
    }

    @Test
    void oneEndlessLineIsShownAsFarAsIsBearable() {
        var tail = LogTail.before(source("x".repeat(5_000_000)), Long.MAX_VALUE, 400, 1 << 20);
        assertThat(tail.text()).hasSize(1 << 20);
    }

    private static String numbered(int count) {
        return IntStream.range(0, count).mapToObj(n -> "line " + n + "\n").collect(Collectors.joining());
    }

    private LogTail.Source source(String log) {
        var bytes = log.getBytes(StandardCharsets.UTF_8);
        return (position, maxBytes) -> {
            var from = (int) Math.min(position, bytes.length);
            var to = Math.min(from + maxBytes, bytes.length);
            read += to - from;
            return new LogSlice(new String(bytes, from, to - from, StandardCharsets.UTF_8), from, to, true);
        };
    }
}
