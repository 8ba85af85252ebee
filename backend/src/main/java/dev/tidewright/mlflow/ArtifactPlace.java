package dev.tidewright.mlflow;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.ArtifactPath;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where files of this door lie: {@code <experiment>/<run>/artifacts/<path>}. The scheme {@code mlflow-artifacts:} without a
 * host makes a client send them to the server that it speaks to anyway.
 *
 * @param run whose files these are
 * @param path below the run's own folder; empty for that folder
 */
record ArtifactPlace(UUID run, String path) {

    private static final String SCHEME = "mlflow-artifacts:/";
    private static final Pattern FORM = Pattern.compile(
            "(?:workspaces/[^/]+/)?(?<experiment>\\d+)/(?<run>[0-9a-f]{32})/artifacts(?:/(?<path>.*))?",
            Pattern.DOTALL);

    static String ofExperiment(long number) {
        return SCHEME + number;
    }

    static String ofRun(long experiment, UUID run) {
        return SCHEME + experiment + "/" + Given.text(run) + "/artifacts";
    }

    /** Files always lie here: that is what makes them subject to roles and quotas, and known to the catalog. */
    static void requireOurs(@Nullable String location) {
        if (location != null && !location.isBlank()) {
            throw new Refusal.Invalid(
                    "artifact-location",
                    "artifact_location",
                    "artifacts are kept by the platform, not at \"" + Text.shortened(location, 80)
                            + "\": leave artifact_location out");
        }
    }

    /** What an address means; refuses one that leads out of its folder, and finds nothing for any other form. */
    static ArtifactPlace parse(String path) {
        var plain = path.replaceFirst("/+$", "");
        var checked = new ArtifactPath(plain).value();
        var form = FORM.matcher(checked);
        if (!form.matches()) {
            throw new Refusal.NotFound("artifact", path);
        }
        var below = form.group("path");
        return new ArtifactPlace(Given.id("run", "", form.group("run")), below == null ? "" : below);
    }

    /** Below a run, as a client names it; refuses one that leads out. */
    static ArtifactPlace below(UUID run, @Nullable String path) {
        var plain = path == null ? "" : path.replaceFirst("/+$", "");
        return new ArtifactPlace(run, plain.isEmpty() ? "" : new ArtifactPath(plain).value());
    }

    ArtifactOwner owner() {
        return new ArtifactOwner("run", run);
    }
}
