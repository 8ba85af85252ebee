package dev.tidewright.catalog;

import dev.tidewright.kernel.Ids;
import dev.tidewright.tracking.DatasetInput;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.RunSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a version was made of, from its data sets to the files, as far as it is still known. */
@Component
class Lineage {

    private static final int MAX_DATA_SETS = 4;

    private final RunService runs;

    Lineage(RunService runs) {
        this.runs = runs;
    }

    /**
     * One step.
     *
     * @param kind for people, e.g. {@code Run}
     * @param page where to look at it, within the namespace; null when it has none
     * @param detail may be empty
     */
    record Step(String kind, String name, @Nullable String page, String detail) {}

    /** The earliest first. */
    List<Step> of(VersionView version) {
        var source = version.source();
        var run = Optional.ofNullable(source.run()).flatMap(id -> runs.find(version.namespace(), id));
        var data = run.map(found -> runs.read(version.namespace(), found.id()));
        var steps = new ArrayList<Step>();
        data.stream()
                .flatMap(found -> found.inputs().stream())
                .limit(MAX_DATA_SETS)
                .map(Lineage::dataSet)
                .forEach(steps::add);
        job(source, data.map(RunData::run).map(found -> found.source()).orElse(null))
                .ifPresent(steps::add);
        if (source.upload() != null) {
            steps.add(new Step("Upload", source.path(), null, shortened(source.digest())));
        }
        data.map(RunData::run)
                .map(found -> new Step("Run", found.name(), "/runs/" + Ids.hex(found.id()), source.path()))
                .or(() -> Optional.ofNullable(source.run()).map(Lineage::forgotten))
                .filter(step -> source.job() == null || data.isPresent())
                .ifPresent(steps::add);
        if (source.version() != null) {
            steps.add(new Step("Copied from", source.version(), null, ""));
        }
        return List.copyOf(steps);
    }

    private static Step dataSet(DatasetInput input) {
        return new Step("Data set", input.name(), null, "digest " + input.digest());
    }

    private static Optional<Step> job(VersionSource source, @Nullable RunSource began) {
        if (source.job() != null) {
            var where = source.path().isEmpty() ? "" : ", " + source.path();
            return Optional.of(new Step(
                    "Job",
                    source.job(),
                    "/jobs/" + source.job(),
                    "attempt " + source.attempt() + where
                            + (source.digest() == null ? "" : ", source " + shortened(source.digest()))));
        }
        return Optional.ofNullable(began).map(by -> new Step("Job", by.name(), "/jobs/" + by.name(), ""));
    }

    private static Step forgotten(UUID run) {
        return new Step("Run", Ids.hex(run), null, "no longer here");
    }

    private static String shortened(@Nullable String digest) {
        var hex = digest == null ? "" : digest.substring(digest.indexOf(':') + 1);
        return hex.substring(0, Math.min(hex.length(), 8));
    }
}
