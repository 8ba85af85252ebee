package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.ModelSources.Candidate;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    VersionContents(Artifacts artifacts, Uploads uploads, ObjectProvider<ModelSources> sources) {
        this.artifacts = artifacts;
        this.uploads = uploads;
        this.sources = sources;
    }

    VersionContent gather(Name namespace, ArtifactOwner owner, RegisterVersion command) {
        var job = command.job();
        var upload = command.upload();
        if (job != null && upload == null) {
            return ofJob(namespace, owner, job, command);
        }
        if (upload != null && job == null) {
            return ofUpload(namespace, owner, upload, command);
        }
        throw new Refusal.Invalid("invalid-version-source", "job", "give either \"job\" or \"upload\", and not both");
    }

    private VersionContent ofJob(Name namespace, ArtifactOwner owner, Name job, RegisterVersion command) {
        var candidate = sources.orderedStream()
                .flatMap(source -> source.find(namespace, job, command.attempt()).stream())
                .findFirst()
                .orElseThrow(() -> new Refusal.Invalid(
                        "no-such-job",
                        command.attempt() == null ? "job" : "attempt",
                        "there is no job \"" + job + "\""
                                + (command.attempt() == null ? "" : " with attempt " + command.attempt())
                                + " in " + namespace));
        if (!candidate.succeeded()) {
            throw new Refusal.Conflict(
                    "job-not-succeeded",
                    "attempt " + candidate.attempt() + " of job \"" + job + "\" is " + candidate.state()
                            + ": only what a job that succeeded has left behind can become a version");
        }
        var path = command.path() == null ? "model" : command.path();
        var files = artifacts.copy(namespace, candidate.artifacts(), owner, path);
        return content(candidate, path, files, command);
    }

    private VersionContent content(Candidate candidate, String path, List<Stored> files, RegisterVersion command) {
        var where = path.isEmpty()
                ? "what job \"" + candidate.job() + "\" has left behind"
                : "the folder \"" + path + "\" of job \"" + candidate.job() + "\"";
        return new VersionContent(
                Flavour.of(files, where),
                new VersionSource(
                        candidate.jobId(),
                        candidate.job().value(),
                        candidate.attempt(),
                        null,
                        path,
                        candidate.sourceDigest(),
                        candidate.run()),
                candidate.parameters(),
                candidate.metrics(),
                requirements(command, files, candidate.requirements()),
                files.size(),
                size(files),
                "from job " + candidate.job() + ", attempt " + candidate.attempt());
    }

    private VersionContent ofUpload(Name namespace, ArtifactOwner owner, UUID id, RegisterVersion command) {
        var upload = uploads.require(namespace, id);
        var path = command.path() == null ? "" : command.path();
        var files = uploads.unpack(namespace, id, owner, path);
        var where = path.isEmpty()
                ? "the archive \"" + upload.fileName() + "\""
                : "the folder \"" + path + "\" of the archive \"" + upload.fileName() + "\"";
        return new VersionContent(
                Flavour.of(files, where),
                new VersionSource(
                        null, null, 0, id, upload.fileName(), upload.digest().value(), null),
                Map.of(),
                Map.of(),
                requirements(command, files, List.of()),
                files.size(),
                size(files),
                "from the upload " + upload.fileName());
    }

    private List<String> requirements(RegisterVersion command, List<Stored> files, List<String> others) {
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
