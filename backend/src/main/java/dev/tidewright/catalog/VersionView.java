package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A version as others see it.
 *
 * @param files how many it has
 * @param size of all its files, bytes
 * @param pickled a file of it that runs code where it is loaded; null: none is known
 * @param aliases that point at it
 */
public record VersionView(
        UUID id,
        Name namespace,
        ModelName model,
        int number,
        VersionStatus status,
        String description,
        Map<String, String> tags,
        Flavour flavour,
        VersionSource source,
        Map<String, String> parameters,
        Map<String, Double> metrics,
        List<String> requirements,
        int files,
        long size,
        @Nullable Pickled pickled,
        List<String> aliases,
        Stage stage,
        Instant createdAt,
        String createdBy,
        Instant updatedAt,
        long version) {

    /** Whose files are this version's: ask {@code Artifacts} for them. */
    public ArtifactOwner artifacts() {
        return filesOf(id);
    }

    /** Whose the files of a version are. */
    public static ArtifactOwner filesOf(UUID version) {
        return ModelVersion.owner(version);
    }

    /** {@code diabetes/3}. */
    public String reference() {
        return model + "/" + number;
    }
}
