package dev.tidewright.mlflow;

import dev.tidewright.catalog.VersionView;
import dev.tidewright.kernel.Ids;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A version of a registered model as MLflow's clients read it. */
record VersionOnWire(
        String name,
        String version,
        long creationTimestamp,
        long lastUpdatedTimestamp,
        String userId,
        String currentStage,
        String description,
        String source,
        @Nullable String runId,
        @Nullable String modelId,
        String status,
        @Nullable String runLink,
        List<Pair> tags,
        List<String> aliases) {

    static VersionOnWire of(VersionView version) {
        var source = version.source();
        var uri = source.uri();
        var run = source.run();
        var model = source.loggedModel();
        return new VersionOnWire(
                version.model().value(),
                String.valueOf(version.number()),
                version.createdAt().toEpochMilli(),
                version.updatedAt().toEpochMilli(),
                version.createdBy(),
                version.stage().label(),
                version.description(),
                uri == null ? ArtifactPlace.ofVersion(version.id()) : uri,
                run == null ? null : Ids.hex(run),
                model == null ? null : LoggedModelOnWire.text(model),
                version.status().name(),
                source.link(),
                Pair.of(version.tags()),
                version.aliases());
    }
}
