package dev.tidewright.experiments;

import dev.tidewright.tracking.RunView;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What MLflow's clients write into tags of their own, as pages read it. */
final class Origin {

    private static final String OWN = "mlflow.";
    private static final String PARENT = "mlflow.parentRunId";

    private Origin() {}

    /** Who its client says it is, else who was let in. */
    static String user(RunView run) {
        var told = run.tags().getOrDefault("mlflow.user", "");
        return told.isBlank() ? run.createdBy() : told;
    }

    /** The run that this one is nested in, if it says so and that can be one. */
    static Optional<UUID> parent(RunView run) {
        return Optional.ofNullable(run.tags().get(PARENT))
                .filter(text -> text.matches("[0-9a-fA-F]{32}"))
                .map(RunId::parse);
    }

    /** What people have written; a note is shown apart. */
    static Map<String, String> tags(RunView run) {
        var tags = new TreeMap<>(run.tags());
        tags.keySet().removeIf(key -> key.startsWith(OWN));
        return tags;
    }

    static String note(RunView run) {
        return run.tags().getOrDefault("mlflow.note.content", "");
    }
}
