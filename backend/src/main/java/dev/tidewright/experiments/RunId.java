package dev.tidewright.experiments;

import dev.tidewright.kernel.Refusal;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids of runs in addresses: as MLflow's clients print them, without hyphens, or with. */
final class RunId {

    private static final Pattern DIGITS = Pattern.compile("[0-9a-fA-F]{32}");

    private RunId() {}

    static UUID parse(String text) {
        var digits = text.replace("-", "");
        if (!DIGITS.matcher(digits).matches()) {
            throw new Refusal.NotFound("run", text);
        }
        return new UUID(Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
    }

    static String text(UUID id) {
        return id.toString().replace("-", "");
    }
}
