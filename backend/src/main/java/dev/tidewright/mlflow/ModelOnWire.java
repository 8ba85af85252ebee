package dev.tidewright.mlflow;

import dev.tidewright.catalog.ModelView;
import dev.tidewright.catalog.VersionView;
import java.util.List;

/** A registered model as MLflow's clients read it. */
record ModelOnWire(
        String name,
        long creationTimestamp,
        long lastUpdatedTimestamp,
        String userId,
        String description,
        List<VersionOnWire> latestVersions,
        List<Pair> tags,
        List<Alias> aliases) {

    static ModelOnWire of(ModelView model, List<VersionView> latest) {
        return new ModelOnWire(
                model.name().value(),
                model.createdAt().toEpochMilli(),
                model.updatedAt().toEpochMilli(),
                model.createdBy(),
                model.description(),
                latest.stream().map(VersionOnWire::of).toList(),
                Pair.of(model.tags()),
                model.aliases().entrySet().stream()
                        .map(alias -> new Alias(alias.getKey(), String.valueOf(alias.getValue())))
                        .toList());
    }

    record Alias(String alias, String version) {}
}
