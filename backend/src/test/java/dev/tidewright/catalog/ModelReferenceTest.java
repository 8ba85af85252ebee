package dev.tidewright.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

    private static final Name DIABETES = Name.of("diabetes");

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
                "diabetes@3",
                "diabetes@v3",
                "diabetes@Champion",
                "diabetes@a b",
                "Diabetes/1"
            })
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text)).isInstanceOf(Refusal.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "3", "v12", "", "-a", "A", "a/b", "a@b"})
    void aliasesThatWouldBeMistakenAreRefused(String text) {
        assertThatThrownBy(() -> Alias.of(text))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo("invalid-alias"));
    }

    @Test
    void anAliasMayEndAnyhow() {
        assertThat(Alias.of("a".repeat(63)).value()).hasSize(63);
        assertThat(Alias.of("champion.eu-west_1").value()).isEqualTo("champion.eu-west_1");
    }
}
