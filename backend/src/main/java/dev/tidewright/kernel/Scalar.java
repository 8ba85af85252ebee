package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A JSON scalar that a user gave as a parameter: text, a number or a truth value. It keeps whether a number was written
 * with a fraction ({@code 1.0} is not {@code 1}), and reads the same after any number of trips through the database.
 */
public record Scalar(@JsonValue Object value) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Scalar {
        value = switch (value) {
            case String text -> text;
            case Boolean truth -> truth;
            case Integer whole -> BigDecimal.valueOf(whole);
            case Long whole -> BigDecimal.valueOf(whole);
            case BigInteger whole -> new BigDecimal(whole);
            case Double number -> fraction(number);
            case Float number -> fraction(number.doubleValue());
            case BigDecimal number -> number.scale() < 0 ? number.setScale(0) : number;
            default -> throw wrong();
        };
    }

    private static BigDecimal fraction(double number) {
        if (!Double.isFinite(number)) {
            throw wrong();
        }
        var exact = BigDecimal.valueOf(number);
        return exact.scale() < 1 ? exact.setScale(1) : exact;
    }

    private static Refusal wrong() {
        return new Refusal.Invalid(
                "invalid-parameter", "parameters", "a parameter must be a text, a finite number, true or false");
    }

    @Override
    public String toString() {
        return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    }
}
