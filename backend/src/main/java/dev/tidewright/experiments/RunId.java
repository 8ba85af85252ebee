package dev.tidewright.experiments;

import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Refusal;
import java.util.Locale;
import java.util.UUID;

/** Ids of runs in addresses: as MLflow's clients print them, without hyphens, or with. */
final class RunId {

    private RunId() {}

    static UUID parse(String text) {
        return Ids.ofHex(text.replace("-", "").toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new Refusal.NotFound("run", text));
    }
}
