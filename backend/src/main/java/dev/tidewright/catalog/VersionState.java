package dev.tidewright.catalog;

import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a version is; see {@link VersionView}.
 *
 * @param pickled a file of it that runs code where it is loaded; null: none is known
 * @param usedBy who uses it now, one line each
 */
record VersionState(
        int number,
        VersionStatus phase,
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
        List<String> usedBy) {

    static Resource<VersionSpec, VersionState> resource(VersionView version, List<VersionUser> usedBy) {
        return Resource.of(
                "ModelVersion",
                new Metadata(
                        version.reference(),
                        version.namespace().value(),
                        version.id(),
                        Map.of(),
                        version.version(),
                        version.createdAt(),
                        version.createdBy()),
                new VersionSpec(version.description(), version.tags()),
                new VersionState(
                        version.number(),
                        version.status(),
                        version.flavour(),
                        version.source(),
                        version.parameters(),
                        version.metrics(),
                        version.requirements(),
                        version.files(),
                        version.size(),
                        version.pickled(),
                        version.aliases(),
                        version.stage(),
                        usedBy.stream().map(VersionUser::said).toList()));
    }
}
