package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.LogLine.Span;
import org.junit.jupiter.api.Test;

class LogLineTest {

    @Test
    void coloursAreSpansAndAllOtherSequencesAreNothing() {
        var line = only(
                "a \u001b[1;31mred\u001b[0m <b>b</b>\u001b[2K\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u0007\n");
        assertThat(line.spans())
                .containsExactly(new Span("", "a "), new Span("t1 t-bold", "red"), new Span("", " <b>b</b>link"));
        assertThat(line.open()).isFalse();
    }

    @Test
    void richColoursBecomeTheNearestOfEight() {
        assertThat(only("\u001b[38;5;196mx\n").spans()).containsExactly(new Span("t1", "x"));
        assertThat(only("\u001b[38;2;20;200;30mx\n").spans()).containsExactly(new Span("t2", "x"));
        assertThat(only("\u001b[48;5;196mx\n").spans()).containsExactly(new Span("", "x"));
        assertThat(only("\u001b[94mx\u001b[39my\n").spans()).containsExactly(new Span("t4", "x"), new Span("", "y"));
    }

    @Test
    void aColourGoesOnOverTheEndOfALine() {
        var lines = LogLine.of("\u001b[32mone\ntwo\u001b[0m\n");
        assertThat(lines.get(1).spans()).containsExactly(new Span("t2", "two"));
    }

    @Test
    void aProgressBarIsItsLastState() {
        var line = only("\r  0%|    |\r 50%|##  |\r100%|####|\n");
        assertThat(line.spans()).containsExactly(new Span("", "100%|####|"));
        assertThat(only("epoch 1\r\n").spans()).containsExactly(new Span("", "epoch 1"));
        assertThat(only("10%\r20%\r").spans()).containsExactly(new Span("", "20%"));
    }

    @Test
    void anOpenLineSaysHowItGoesOn() {
        var bar = LogLine.of("done\n 50%|##  |");
        assertThat(bar).extracting(LogLine::open).containsExactly(false, true);
        assertThat(LogLine.of("\r 60%").getFirst().rewritten()).isTrue();
        assertThat(LogLine.of("%|## |").getFirst().rewritten()).isFalse();
        assertThat(LogLine.of("60%\r").getFirst().returns()).isTrue();
        assertThat(LogLine.of("\n").getFirst().rewritten()).isFalse();
    }

    @Test
    void troubleIsSeenWhateverItsColour() {
        assertThat(only("\u001b[31mValueError\u001b[0m: no\n").level()).isEmpty();
        assertThat(only("\u001b[31mERROR\u001b[0m: no\n").level()).isEqualTo("error");
        assertThat(only("a Warning\n").level()).isEqualTo("warn");
    }

    @Test
    void aLineWithoutEndIsCut() {
        assertThat(only("x".repeat(1_000_000)).spans().getFirst().text().length())
                .isLessThan(30_000);
    }

    private static LogLine only(String text) {
        var lines = LogLine.of(text);
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }
}
