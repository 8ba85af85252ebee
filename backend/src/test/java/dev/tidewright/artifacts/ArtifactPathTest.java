package dev.tidewright.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.joblib",
                "model/model.joblib",
                "a b/ü/日本.csv",
                "..hidden",
                "a/..b/c",
                ".config/x",
                "100%.txt",
                "50%25",
                "😀.png",
                "a~b",
                "images/im%step%25%timestamp%1795441234567%5c01a2b3c4.png",
                "a%00b",
                "a%2f%2fb"
            })
    void takesWhatStaysInside(String path) {
        assertThat(new ArtifactPath(path).value()).isEqualTo(path);
    }

    @ParameterizedTest
    @MethodSource("evil")
    void refusesWhatLeadsElsewhere(String path) {
        assertThatThrownBy(() -> new ArtifactPath(path)).isInstanceOfSatisfying(Refusal.Invalid.class, refused -> {
            assertThat(refused.code()).isEqualTo("invalid-path");
            assertThat(refused.sentence().chars()).noneMatch(Character::isISOControl);
        });
    }

    static String[] evil() {
        return new String[] {
            "",
            "/",
            "/etc/passwd",
            "//host/share",
            "..",
            "../x",
            "a/../../x",
            "a/..",
            ".",
            "./x",
            "a/./b",
            "a//b",
            "a/",
            "C:/windows",
            "c:x",
            "a\\..\\b",
            "\\\\host\\share",
            "a\0b",
            "a\nb",
            "a\u007fb",
            "a\u2028b",
            "\ud800",
            "%2e%2e/x",
            "a/%2E%2e/b",
            "..%2fx",
            "%2fetc/passwd",
            "%5cetc",
            "a%5c..%5cb",
            "a/%2e%2e%5cb",
            "%2e",
            "x".repeat(513),
            "ü".repeat(257),
        };
    }
}
