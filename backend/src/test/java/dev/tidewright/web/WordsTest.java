package dev.tidewright.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How pages write. */
class WordsTest {

    private final Words words = new Words(InstantSource.system());

    @ParameterizedTest
    @CsvSource({
        "it ended with 1,It ended with 1",
        "serving: 2 replicas,Serving: 2 replicas",
        "moved,Moved",
        "diabetes@champion was moved,diabetes@champion was moved",
        "train-1 is older,train-1 is older",
        "maxUnavailable lets all be missing,maxUnavailable lets all be missing",
        "train.py needs it,train.py needs it",
        "2 replicas,2 replicas",
        "'',''"
    })
    void sentencesBeginLargeAndNamesStayAsTheyAre(String said, String shown) {
        assertThat(words.sentenceCase(said)).isEqualTo(shown);
    }
}
