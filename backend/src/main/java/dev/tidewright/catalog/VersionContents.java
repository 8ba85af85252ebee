package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.LoggedModelStatus;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunFiles;
import dev.tidewright.tracking.RunService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Gathers what a version is made of: files, parameters, metrics, requirements. Joins the caller's transaction. */
@Component
class VersionContents {

    private static final String REQUIREMENTS = "requirements.txt";
    private static final int MAX_REQUIREMENTS = 1000;
    private static final int MAX_REQUIREMENTS_BYTES = 256 * 1024;

    private final Artifacts artifacts;
    private final Uploads uploads;
    private final ObjectProvider<ModelSources> sources;
    private final RunService runs;
    private final LoggedModelService loggedModels;
    private final Catalog catalog;
    private final PickledFiles pickled;

    VersionContents(
            Artifacts artifacts,
            Uploads uploads,
            ObjectProvider<ModelSources> sources,
            RunService runs,
            LoggedModelService loggedModels,
            Catalog catalog) {
        this.artifacts = artifacts;
        this.uploads = uploads;
        this.sources = sources;
        this.runs = runs;
        this.loggedModels = loggedModels;
        this.catalog = catalog;
        this.pickled = new PickledFiles(artifacts);
    }

    VersionContent gather(Name namespace, ArtifactOwner owner, NewVersion command) {
        return switch (command.origin()) {
            case VersionOrigin.OfJob job -> ofJob(namespace, owner, job, command);
            case VersionOrigin.OfUpload upload -> ofUpload(namespace, owner, upload, command);
            case VersionOrigin.OfRun run -> ofRun(namespace, owner, run, command);
            case VersionOrigin.OfLoggedModel model -> ofLoggedModel(namespace, owner, model, command);
            case VersionOrigin.OfVersion version -> ofVersion(namespace, owner, version, command);
        };
    }

    private VersionContent ofJob(Name namespace, ArtifactOwner owner, VersionOrigin.OfJob asked, NewVersion command) {
        var job = asked.job();
        var candidate = sources.orderedStream()
                .flatMap(source -> source.find(namespace, job, asked.attempt()).stream())
                .findFirst()
                .orElseThrow(() -> new Refusal.Invalid(
                        "no-such-job",
                        asked.attempt() == null ? "job" : "attempt",
                        "there is no job \"" + job + "\""
                                + (asked.attempt() == null ? "" : " with attempt " + asked.attempt())
                                + " in " + namespace));
        if (!candidate.succeeded()) {
            throw new Refusal.Conflict(
                    "job-not-succeeded",
                    "attempt " + candidate.attempt() + " of job \"" + job + "\" is " + candidate.state()
                            + ": only what a job that succeeded has left behind can become a version");
        }
        var files = artifacts.copy(namespace, candidate.artifacts(), owner, asked.path());
        return content(
                where(
                        asked.path(),
                        "job \"" + candidate.job() + "\"",
                        "what job \"" + candidate.job() + "\" has left behind"),
                VersionSource.ofJob(
                        candidate.jobId(),
                        candidate.job().value(),
                        candidate.attempt(),
                        asked.path(),
                        candidate.sourceDigest(),
                        candidate.run()),
                new Measured(candidate.parameters(), candidate.metrics()),
                requirements(command, files, candidate.requirements()),
                files,
                "from job " + candidate.job() + ", attempt " + candidate.attempt());
    }

    private VersionContent ofUpload(
            Name namespace, ArtifactOwner owner, VersionOrigin.OfUpload asked, NewVersion command) {
        var upload = uploads.require(namespace, asked.upload());
        var files = uploads.unpack(namespace, asked.upload(), owner, asked.path());
        var archive = "the archive \"" + upload.fileName() + "\"";
        return content(
                where(asked.path(), archive, archive),
                VersionSource.ofUpload(
                        asked.upload(), upload.fileName(), upload.digest().value()),
                Measured.NOTHING,
                requirements(command, files, List.of()),
                files,
                "from the upload " + upload.fileName());
    }

    private VersionContent ofRun(Name namespace, ArtifactOwner owner, VersionOrigin.OfRun asked, NewVersion command) {
        var run = runs.read(namespace, asked.run());
        var files = artifacts.copy(namespace, RunFiles.ofRun(asked.run()), owner, asked.path());
        var name = "run \"" + run.run().name() + "\"";
        return content(
                where(asked.path(), name, "what was logged into " + name),
                VersionSource.ofRun(asked.run(), null, asked.path()),
                Measured.of(run),
                requirements(command, files, List.of()),
                files,
                "from run " + run.run().name());
    }

    private VersionContent ofLoggedModel(
            Name namespace, ArtifactOwner owner, VersionOrigin.OfLoggedModel asked, NewVersion command) {
        var model = loggedModels.require(namespace, asked.model());
        if (model.status() != LoggedModelStatus.READY) {
            throw new Refusal.Conflict(
                    "logged-model-not-ready",
                    "the model \"" + model.name()
                            + "\" is not written to its end: only one that is can become a version");
        }
        var files = artifacts.copy(namespace, RunFiles.ofModel(model.id()), owner, asked.path());
        var run = model.sourceRun();
        var measured = run == null ? Measured.NOTHING : Measured.of(runs.read(namespace, run));
        var name = "logged model \"" + model.name() + "\"";
        return content(
                where(asked.path(), name, name),
                VersionSource.ofRun(run, model.id(), asked.path()),
                new Measured(model.params().isEmpty() ? measured.parameters() : model.params(), measured.metrics()),
                requirements(command, files, List.of()),
                files,
                "from the logged model " + model.name());
    }

    private VersionContent ofVersion(
            Name namespace, ArtifactOwner owner, VersionOrigin.OfVersion asked, NewVersion command) {
        var version = catalog.ready(namespace, asked.model(), asked.number());
        var files = artifacts.copy(namespace, version.artifacts(), owner, "");
        return content(
                "version " + version.reference(),
                version.source().copied(version.reference()),
                new Measured(version.parameters(), version.metrics()),
                command.requirements() == null ? version.requirements() : checked(command.requirements()),
                files,
                "a copy of " + version.reference());
    }

    private static String where(String path, String origin, String whole) {
        return path.isEmpty() ? whole : "the folder \"" + path + "\" of " + origin;
    }

    private VersionContent content(
            String where,
            VersionSource source,
            Measured measured,
            List<String> requirements,
            List<Stored> files,
            String origin) {
        return new VersionContent(
                Flavour.of(files, where),
                source,
                measured.parameters(),
                measured.metrics(),
                requirements,
                files.size(),
                size(files),
                pickled.find(files).orElse(null),
                origin);
    }

    private record Measured(Map<String, String> parameters, Map<String, Double> metrics) {

        static final Measured NOTHING = new Measured(Map.of(), Map.of());

        static Measured of(RunData run) {
            return new Measured(
                    run.params(), run.metrics().stream().collect(Collectors.toMap(Latest::key, Latest::value)));
        }
    }

    private List<String> requirements(NewVersion command, List<Stored> files, List<String> others) {
        var told = command.requirements();
        if (told != null) {
            return checked(told);
        }
        return files.stream()
                .filter(file -> file.path().equals(REQUIREMENTS))
                .findFirst()
                .map(file -> checked(lines(file)))
                .orElse(others);
    }

    private List<String> lines(Stored file) {
        try (var bytes = artifacts.open(file, 0, MAX_REQUIREMENTS_BYTES)) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException fault) {
            throw new UncheckedIOException("requirements.txt of a model cannot be read", fault);
        }
    }

    private static List<String> checked(List<String> requirements) {
        if (requirements.size() > MAX_REQUIREMENTS || requirements.stream().anyMatch(VersionContents::isNone)) {
            throw new Refusal.Invalid(
                    "invalid-requirements",
                    "requirements",
                    "requirements must be at most " + MAX_REQUIREMENTS
                            + " lines like \"scikit-learn==1.7.2\", each of at most 500 characters");
        }
        return List.copyOf(requirements);
    }

    /** Also looks for null, which JSON lists may have. */
    private static boolean isNone(@Nullable String line) {
        return line == null
                || line.isBlank()
                || line.length() > 500
                || line.chars().anyMatch(Character::isISOControl);
    }

    private static long size(List<Stored> files) {
        return files.stream().mapToLong(Stored::size).sum();
    }
}
