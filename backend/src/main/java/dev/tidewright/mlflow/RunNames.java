package dev.tidewright.mlflow;

import java.util.UUID;

/** Names for runs that nobody has named: easier to say than an id. */
final class RunNames {

    private static final String[] FIRST = {
        "amber", "bold", "brisk", "calm", "clever", "crisp", "eager", "fair", "gentle", "keen", "lucid", "mellow",
        "nimble", "quiet", "rapid", "sunny"
    };
    private static final String[] SECOND = {
        "anchor", "bay", "buoy", "cape", "coral", "delta", "eddy", "fjord", "gull", "harbour", "inlet", "lagoon",
        "reef", "shoal", "tide", "wave"
    };

    private RunNames() {}

    /** The same for the same id. */
    static String of(UUID id) {
        var bits = id.getLeastSignificantBits();
        return FIRST[(int) (bits & 15)] + "-" + SECOND[(int) (bits >>> 4 & 15)] + "-" + (bits >>> 8 & 1023);
    }
}
