package dev.tidewright.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeparatedTest {

    @Test
    void quotesKeepSeparatorsEndsOfLinesAndQuotes() {
        var text = "\uFEFFname,note\r\n\"a,b\",\"said \"\"hi\"\"\r\nand went\"\nc,it's 5\" long\n";
        assertThat(Separated.rows(text, ',', false))
                .containsExactly(
                        List.of("name", "note"),
                        List.of("a,b", "said \"hi\"\r\nand went"),
                        List.of("c", "it's 5\" long"));
    }

    @Test
    void everyRowIsAsLongAsTheLongest() {
        assertThat(Separated.rows("a\tb\n1\n\n", '\t', false))
                .containsExactly(List.of("a", "b"), List.of("1", ""), List.of("", ""));
    }

    @Test
    void aLastRowWithoutAnEndCountsUnlessTheTextWasCut() {
        assertThat(Separated.rows("a\n1", ',', false)).hasSize(2);
        assertThat(Separated.rows("a\n1", ',', true)).hasSize(1);
        assertThat(Separated.rows("", ',', false)).isEmpty();
    }

    @Test
    void aPageHasAHundredRowsAndFiftyColumns() {
        var wide = "x,".repeat(1000) + "x\n";
        var rows = Separated.rows(wide.repeat(1000), ',', false);
        assertThat(rows).hasSize(101).allSatisfy(row -> assertThat(row).hasSize(50));
    }

    @Test
    void aQuoteThatNeverEndsIsOneCell() {
        assertThat(Separated.rows("\"a,b\nc,d", ',', false)).containsExactly(List.of("a,b\nc,d"));
    }
}
