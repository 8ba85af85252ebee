package dev.tidewright.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

    private static final ModelName DIABETES = ModelName.of("diabetes");

    @Test
    void readsTheThreeForms() {
        assertThat(ModelReference.parse("diabetes/3")).isEqualTo(new ModelReference.Numbered(DIABETES, 3));
        assertThat(ModelReference.parse("diabetes@champion"))
                .isEqualTo(new ModelReference.Aliased(DIABETES, Alias.of("champion")));
        assertThat(ModelReference.parse("diabetes")).isEqualTo(new ModelReference.Latest(DIABETES));
        assertThat(ModelReference.parse("diabetes@latest")).isEqualTo(new ModelReference.Latest(DIABETES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/3",
                "diabetes/",
                "diabetes/0",
                "diabetes/-1",
                "diabetes/1.5",
                "diabetes/99999999999",
                "a/b/1",
                "diabetes@",
                "diabetes@v3",
                "diabetes@V3",
                "diabetes@a b",
                "diabetes@.hidden",
                " diabetes/1",
                "dia:betes/1"
            })
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text)).isInstanceOf(Refusal.Invalid.class);
    }

    @Test
    void aNameMayHaveSpacesCapitalLettersAndTheSignOfAliases() {
        var name = ModelName.of("Iris Classifier v2.1 @home");
        assertThat(ModelReference.parse("Iris Classifier v2.1 @home/3"))
                .isEqualTo(new ModelReference.Numbered(name, 3));
        assertThat(ModelReference.parse("Iris Classifier v2.1 @home@Champion"))
                .isEqualTo(new ModelReference.Aliased(name, Alias.of("Champion")));
        assertThat(ModelReference.parse("Iris Classifier v2.1 @home@latest"))
                .isEqualTo(new ModelReference.Latest(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " a",
                "a ",
                ".",
                "..",
                "a/b",
                "a:b",
                "a%2Fb",
                "a;b",
                "a\\b",
                "a\nb",
                "a\0b",
                "a\u2028b",
                "\ud800"
            })
    void namesThatWouldNotSurviveTheirWayAreRefused(String text) {
        assertThatThrownBy(() -> ModelName.of(text))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo("invalid-name"));
        assertThatThrownBy(() -> ModelName.of("x".repeat(257))).isInstanceOf(Refusal.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "Latest", "V3", "v12", "", ".a", "a b", "a/b", "a@b", "a%"})
    void aliasesThatWouldBeMistakenAreRefused(String text) {
        assertThatThrownBy(() -> Alias.of(text))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo("invalid-alias"));
    }

    @Test
    void anAliasMayEndAnyhow() {
        assertThat(Alias.of("a".repeat(255)).value()).hasSize(255);
        assertThat(Alias.of("champion.eu-west_1").value()).isEqualTo("champion.eu-west_1");
        assertThat(Alias.of("Champion")).isNotEqualTo(Alias.of("champion"));
        assertThat(Alias.of("2026").value()).isEqualTo("2026");
        assertThat(Alias.of("größte").value()).isEqualTo("größte");
    }
}
