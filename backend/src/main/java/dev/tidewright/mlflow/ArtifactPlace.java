package dev.tidewright.mlflow;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.ArtifactPath;
import dev.tidewright.catalog.VersionView;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.tracking.RunFiles;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where files of this door lie: {@code <experiment>/<run>/artifacts/<path>}, {@code
 * <experiment>/models/<model>/artifacts/<path>}, or in the registry {@code versions/<version>/artifacts/<path>}. The scheme
 * {@code mlflow-artifacts:} without a host makes a client send them to the server that it speaks to anyway.
 *
 * @param id of the run, logged model or version
 * @param path below the owner's own folder; empty for that folder
 */
record ArtifactPlace(Owner owned, UUID id, String path) {

    /** Who has the files. */
    enum Owner {
        RUN("run"),
        LOGGED_MODEL("model"),
        VERSION("version");

        private final String group;

        Owner(String group) {
            this.group = group;
        }
    }

    private static final String SCHEME = "mlflow-artifacts:/";
    private static final Pattern FORM = Pattern.compile(
            "(?:workspaces/(?<workspace>[^/]+)/)?(?:\\d+/(?<run>[0-9a-f]{32})|\\d+/models/m-(?<model>[0-9a-f]{32})|versions/(?<version>[0-9a-f]{32}))/artifacts(?:/(?<path>.*))?",
            Pattern.DOTALL);

    static String ofExperiment(long number) {
        return SCHEME + number;
    }

    static String ofRun(long experiment, UUID run) {
        return SCHEME + experiment + "/" + Ids.hex(run) + "/artifacts";
    }

    static String ofModel(long experiment, UUID model) {
        return SCHEME + experiment + "/models/" + LoggedModelOnWire.text(model) + "/artifacts";
    }

    static String ofVersion(UUID version) {
        return SCHEME + "versions/" + Ids.hex(version) + "/artifacts";
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

    /** What an address means; refuses one that leads out of its folder, and finds nothing of another workspace or form. */
    static ArtifactPlace parse(Name ns, String path) {
        var form = FORM.matcher(new ArtifactPath(path.replaceFirst("/+$", "")).value());
        if (!form.matches()
                || !Objects.requireNonNullElse(form.group("workspace"), ns.value())
                        .equals(ns.value())) {
            throw new Refusal.NotFound("artifact", path);
        }
        var below = form.group("path");
        for (var owner : Owner.values()) {
            var id = form.group(owner.group);
            if (id != null) {
                return new ArtifactPlace(owner, Given.id("artifact", "", id), below == null ? "" : below);
            }
        }
        throw new IllegalStateException("the form has a group for each owner");
    }

    /** Below a run or a logged model, as a client names it; refuses one that leads out. */
    static ArtifactPlace below(Owner owner, UUID id, @Nullable String path) {
        var plain = path == null ? "" : path.replaceFirst("/+$", "");
        return new ArtifactPlace(owner, id, plain.isEmpty() ? "" : new ArtifactPath(plain).value());
    }

    ArtifactOwner owner() {
        return switch (owned) {
            case RUN -> RunFiles.ofRun(id);
            case LOGGED_MODEL -> RunFiles.ofModel(id);
            case VERSION -> VersionView.filesOf(id);
        };
    }
}
