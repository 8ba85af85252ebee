package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogLinesTest {

    private static final String FIRST = "2026-11-22T14:00:00.000000001Z";
    private static final String SECOND = "2026-11-22T14:00:00.5Z";
    private static final String THIRD = "2026-11-22T15:00:01.5+01:00";

    @Test
    void linesLoseTheirTimesAndNothingElse() {
        var lines = new LogLines(Instant.EPOCH);
        add(lines, FIRST + " reading\n" + SECOND + "   indented ä\n" + THIRD + " \n");
        assertThat(text(lines)).isEqualTo("reading\n  indented ä\n\n");
        assertThat(lines.last()).isEqualTo("2026-11-22T14:00:01.5Z");
        assertThat(lines.drain()).isEmpty();
    }

    @Test
    void whereTheStreamIsCutDoesNotMatter() {
        var stream = (FIRST + " größer\n" + SECOND + " done\n").getBytes(StandardCharsets.UTF_8);
        for (var cut = 0; cut <= stream.length; cut++) {
            var lines = new LogLines(Instant.EPOCH);
            lines.add(ByteBuffer.wrap(stream, 0, cut));
            lines.add(ByteBuffer.wrap(stream, cut, stream.length - cut));
            assertThat(text(lines)).isEqualTo("größer\ndone\n");
        }
    }

    @Test
    void whatWasKeptBeforeIsLeftOut() {
        var lines = new LogLines(Instant.parse(SECOND));
        add(lines, FIRST + " one\n" + SECOND + " two\n" + THIRD + " three\n");
        assertThat(text(lines)).isEqualTo("three\n");
    }

    @Test
    void timesOutOfOrderLoseNoLine() {
        var lines = new LogLines(Instant.parse(FIRST));
        add(lines, FIRST + " kept before\n" + THIRD + " out\n" + SECOND + " err\n" + THIRD + " same time\n");
        assertThat(text(lines)).isEqualTo("out\nerr\nsame time\n");
        assertThat(lines.last()).isEqualTo("2026-11-22T14:00:01.5Z");
    }

    @Test
    void aLineWithoutItsEndIsTakenOnlyWhenTheContainerHasEnded() {
        var lines = new LogLines(Instant.EPOCH);
        add(lines, FIRST + " half");
        assertThat(text(lines)).isEmpty();
        assertThat(lines.last()).isEqualTo(Instant.EPOCH);
        lines.end();
        assertThat(text(lines)).isEqualTo("half");
        lines.end();
        assertThat(text(lines)).isEmpty();
    }

    /** As the node answers once it has removed the container. */
    @Test
    void whatBearsNoTimeIsPassedOnOnlyWhereNothingWasHeard() {
        var complaint = "unable to retrieve container logs for containerd://6f44542d";
        var unheard = new LogLines(Instant.EPOCH);
        add(unheard, complaint);
        unheard.end();
        assertThat(text(unheard)).isEqualTo(complaint);
        var kept = new LogLines(Instant.parse(FIRST));
        add(kept, complaint);
        kept.end();
        assertThat(text(kept)).isEmpty();
        assertThat(kept.last()).isEqualTo(FIRST);
        var heard = new LogLines(Instant.EPOCH);
        add(heard, FIRST + " bye\n" + complaint);
        heard.end();
        assertThat(text(heard)).isEqualTo("bye\n");
    }

    private static void add(LogLines lines, String text) {
        lines.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(LogLines lines) {
        return new String(lines.drain(), StandardCharsets.UTF_8);
    }
}
