package dev.tidewright.rollout;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.regex.Pattern;

/**
 * A number of replicas, as such ({@code 1}) or as a part of the wanted number ({@code "25%"}).
 *
 * @param amount 0 to 1000 replicas, or 0 to 100 percent
 */
public record Share(int amount, boolean percent) {

    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,4}");

    public Share {
        if (amount < 0 || amount > (percent ? 100 : 1000)) {
            throw wrong(amount + (percent ? "%" : ""));
        }
    }

    public static Share count(int amount) {
        return new Share(amount, false);
    }

    public static Share percent(int amount) {
        return new Share(amount, true);
    }

    /** From JSON and forms: a number, its text, or a percentage. */
    @JsonCreator
    public static Share of(Object value) {
        var text = value.toString().strip();
        var percentage = PERCENT.matcher(text);
        if (percentage.matches()) {
            return percent(Integer.parseInt(percentage.group(1)));
        }
        if (!COUNT.matcher(text).matches()) {
            throw wrong(text);
        }
        return count(Integer.parseInt(text));
    }

    int roundedUp(int target) {
        return percent ? Math.ceilDiv(target * amount, 100) : amount;
    }

    int roundedDown(int target) {
        return percent ? target * amount / 100 : amount;
    }

    private static Refusal wrong(String text) {
        return new Refusal.Invalid(
                "invalid-rollout",
                "rollout",
                "\"" + Text.shortened(text, 20)
                        + "\" is not valid: give a number of replicas like 1, or a part like \"25%\"");
    }

    @JsonValue
    Object json() {
        return percent ? amount + "%" : amount;
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
