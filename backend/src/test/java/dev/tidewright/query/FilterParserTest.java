package dev.tidewright.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.query.Field.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {

    /** {@code f"run_id IN {tuple(ids)}"} is how Python writes a list of one. */
    @Test
    void takesWhatPythonWrites() {
        assertThat(FilterParser.filter("run_id IN ('a',) AND tags.'team' = 'b'"))
                .isEqualTo(FilterParser.filter("run_id IN ('a') AND tags.`team` = 'b'"));
    }

    @Test
    void nothingDemandsNothing() {
        assertThat(FilterParser.filter(null)).isEmpty();
        assertThat(FilterParser.filter("  ")).isEmpty();
        assertThat(FilterParser.orders(null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            metrics.acc > 0.5                    | METRIC    | acc            | GREATER          | 0.5
            metric.`val/acc x`<=-1e-3            | METRIC    | val/acc x      | LESS_OR_EQUAL    | -1e-3
            params."learning rate" = '0.1'       | PARAM     | learning rate  | EQUAL            | 0.1
            parameters.a.b!="x"                  | PARAM     | a.b            | NOT_EQUAL        | x
            tags.mlflow.runName ilike '%a''b%'   | TAG       | mlflow.runName | ILIKE            | %a'b%
            tag.`mlflow.prompt.is_prompt` != 'true' | TAG    | mlflow.prompt.is_prompt | NOT_EQUAL | true
            attributes.start_time >= 1795304728917 | ATTRIBUTE | start_time   | GREATER_OR_EQUAL | 1795304728917
            attr.created < 5                     | ATTRIBUTE | start_time     | LESS             | 5
            run.status = 'FINISHED'              | ATTRIBUTE | status         | EQUAL            | FINISHED
            status LIKE 'F%'                     | ATTRIBUTE | status         | LIKE             | F%
            `Run Name` = "r"                     | ATTRIBUTE | run_name       | EQUAL            | r
            datasets.name = 'train'              | DATASET   | name           | EQUAL            | train
            """)
    void oneComparisonIsRead(String text, Kind kind, String key, Operator operator, String value) {
        assertThat(FilterParser.filter(text)).singleElement().satisfies(condition -> {
            assertThat(condition.field()).isEqualTo(new Field(kind, key));
            assertThat(condition.operator()).isEqualTo(operator);
            assertThat(condition.values()).containsExactly(value);
            assertThat(condition.quoted()).isEqualTo(text.endsWith("'") || text.endsWith("\""));
        });
    }

    @Test
    void severalAreJoinedByAndAndListsAndNullsAreRead() {
        assertThat(FilterParser.filter("run_id in ('a','b') and tags.x IS NOT NULL AND params.y is null"
                        + " AND attributes.status NOT IN (\"FAILED\")"))
                .containsExactly(
                        new Condition(new Field(Kind.ATTRIBUTE, "run_id"), Operator.IN, List.of("a", "b"), true),
                        new Condition(new Field(Kind.TAG, "x"), Operator.IS_NOT_NULL, List.of(), true),
                        new Condition(new Field(Kind.PARAM, "y"), Operator.IS_NULL, List.of(), true),
                        new Condition(new Field(Kind.ATTRIBUTE, "status"), Operator.NOT_IN, List.of("FAILED"), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics.acc",
                "metrics.acc >",
                "metrics.acc > > 1",
                "metrics.acc = 1 OR metrics.acc = 2",
                "metrics.acc = 1 AND",
                "metrics. = 1",
                "bogus.acc = 1",
                "= 1",
                "name = 'open",
                "name = `open",
                "name IN ()",
                "name IN 'x'",
                "name IN ('x'",
                "name NOT 'x'",
                "name IS 'x'",
                "name = 'x' name = 'y'",
                "name = x",
                "name = 'x'; DROP TABLE run",
                "name ! 'x'",
                "name BETWEEN 'a'",
                "(name = 'x')",
                "%"
            })
    void whatIsNoFilterIsRefusedAndShown(String text) {
        assertThatThrownBy(() -> FilterParser.filter(text)).isInstanceOfSatisfying(Refusal.Invalid.class, refused -> {
            assertThat(refused.code()).isEqualTo("invalid-filter");
            assertThat(refused.sentence()).contains("\"" + text + "\"");
        });
    }

    @Test
    void ordersHaveADirection() {
        assertThat(FilterParser.orders(List.of("metrics.`a b` DESC", "start_time", "params.x asc")))
                .containsExactly(
                        new Order(new Field(Kind.METRIC, "a b"), true),
                        new Order(new Field(Kind.ATTRIBUTE, "start_time"), false),
                        new Order(new Field(Kind.PARAM, "x"), false));
        for (var wrong : List.of("", "metrics.a DOWN", "metrics.a DESC ASC", "metrics.a, metrics.b", "1")) {
            assertThatThrownBy(() -> FilterParser.orders(List.of(wrong))).isInstanceOf(Refusal.Invalid.class);
        }
    }
}
