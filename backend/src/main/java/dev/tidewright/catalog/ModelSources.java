package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Implemented by the feature that runs jobs: what a job has left behind, so that a version can be made of it. */
public interface ModelSources {

    /**
     * Looks for a job, and keeps it from being deleted until the caller's transaction ends.
     *
     * @param attempt null: the attempt that succeeded, or else the last
     * @return empty when the namespace has no such job or the job no such attempt
     */
    Optional<Candidate> find(Name namespace, Name job, @Nullable Integer attempt);

    /**
     * What a job's attempt has left behind.
     *
     * @param artifacts whose files the outputs are
     * @param succeeded false refuses the registration: the files may be half written
     * @param state the state in words, for the refusal
     * @param sourceDigest of the source that ran; null when an image brought everything
     * @param metrics last values
     * @param requirements what the environment was built from; empty when unknown
     * @param run the tracking run; null when there is none
     */
    record Candidate(
            UUID jobId,
            Name job,
            int attempt,
            ArtifactOwner artifacts,
            boolean succeeded,
            String state,
            @Nullable String sourceDigest,
            Map<String, String> parameters,
            Map<String, Double> metrics,
            List<String> requirements,
            @Nullable UUID run) {}
}
