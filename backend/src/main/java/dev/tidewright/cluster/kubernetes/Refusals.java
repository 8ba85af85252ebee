package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Why the API server does not take a pod. Pure. */
final class Refusals {

    private static final int SENTENCE = 500;
    private static final Pattern QUOTA =
            Pattern.compile("exceeded quota: (\\S+), requested: (\\S+), used: (\\S+), limited: (\\S+)");
    private static final Pattern FORBIDDEN = Pattern.compile("^.*?pods \"[^\"]*\" is forbidden: ", Pattern.DOTALL);
    private static final Pattern CREATING =
            Pattern.compile("^(?:\\(combined from similar events\\): )?Error creating: ");

    /** Several pods at once were to be counted by the cluster's quota. */
    private static final String TOGETHER =
            "the object has been modified; please apply your changes to the latest version";

    private Refusals() {}

    static Trouble of(String told) {
        if (told.contains(TOGETHER)) {
            return Trouble.NONE; // the controller tries again
        }
        var quota = QUOTA.matcher(told);
        if (quota.find()) {
            return new Trouble(
                    Trouble.QUOTA,
                    "the cluster's own quota for the namespace has no room: "
                            + room(amounts(quota.group(2)), amounts(quota.group(3)), amounts(quota.group(4))));
        }
        var why = FORBIDDEN.matcher(CREATING.matcher(told).replaceFirst("")).replaceFirst("");
        return new Trouble(
                Trouble.POD_REFUSED, "the cluster refuses its pod: " + Text.shortened(why.strip(), SENTENCE));
    }

    /** {@code needs 0.1 cpu, 0.9 of 1 cpu are taken}, for each of what does not fit. */
    private static String room(Map<String, String> asked, Map<String, String> used, Map<String, String> hard) {
        var parts = new ArrayList<String>();
        asked.forEach((name, amount) -> {
            var what = name.replaceFirst("^(requests|limits)\\.", "");
            parts.add("needs " + words(what, amount)
                    + (what.equals("pods") && amount.equals("1") ? " pod" : unit(what)) + ", "
                    + words(what, used.getOrDefault(name, "0")) + " of "
                    + words(what, hard.getOrDefault(name, "0")) + unit(what) + " are taken");
        });
        return String.join("; ", parts);
    }

    private static Map<String, String> amounts(String list) {
        var amounts = new LinkedHashMap<String, String>();
        for (var one : list.split(",", -1)) {
            var equals = one.indexOf('=');
            if (equals > 0) {
                amounts.put(one.substring(0, equals), one.substring(equals + 1));
            }
        }
        return amounts;
    }

    private static String words(String what, String amount) {
        var number = new Quantity(amount).getNumericalAmount();
        return switch (what) {
            case "cpu" -> Quantities.cpu(whole(number.movePointRight(3)));
            case "memory", "ephemeral-storage" -> Capacity.rounded(whole(number));
            default -> number.toPlainString();
        };
    }

    private static long whole(BigDecimal number) {
        return number.setScale(0, RoundingMode.CEILING).longValue();
    }

    private static String unit(String what) {
        return what.equals("memory") ? "" : " " + what;
    }
}
