package dev.tidewright.training;

import dev.tidewright.cluster.PodFields;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a job; what is null gets its default. Serves as JSON body and as form; {@link JobRules} says what is
 * acceptable.
 *
 * @param name unique in the namespace; null to have one made from the source's name
 * @param experiment where its run is recorded, made if there is none; null to leave it to the program
 */
record SubmitJob(
        @Nullable String name,
        @Nullable Source source,
        @Nullable String entryPoint,
        @Nullable List<String> command,
        @Nullable String image,
        @Nullable Map<String, Object> parameters,
        @Nullable Map<String, String> environment,
        @Nullable List<String> requirements,
        @Nullable Amount resources,
        @Nullable Retries retries,
        @Nullable String deadline,
        @Nullable List<String> keep,
        @Nullable Map<String, String> labels,
        @Nullable String description,
        @Nullable String experiment,
        @Nullable PodFields pod) {

    static final SubmitJob NOTHING = new SubmitJob(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** @param upload id of an upload of this namespace */
    record Source(@Nullable String upload) {}

    /** In Kubernetes quantities; see {@link dev.tidewright.kernel.Quantities}. */
    record Amount(
            @Nullable String cpu,
            @Nullable String memory,
            @Nullable Map<String, Long> gpu) {}

    record Retries(@Nullable Integer limit, @Nullable List<Integer> onExitCodes) {}

    /** The same with another name of its image. */
    SubmitJob running(String pinned) {
        return new SubmitJob(
                name,
                source,
                entryPoint,
                command,
                pinned,
                parameters,
                environment,
                requirements,
                resources,
                retries,
                deadline,
                keep,
                labels,
                description,
                experiment,
                pod);
    }

    /** What of a finished job is asked for again, with everything that this command says put in its place. */
    SubmitJob over(TrainingJob earlier) {
        var spec = earlier.spec();
        var was = spec.resources();
        return new SubmitJob(
                name,
                source,
                or(entryPoint, source == null && command == null ? spec.entryPoint() : null),
                or(command, source == null && entryPoint == null ? spec.command() : null),
                or(image, spec.image()),
                merged(spec.parameters(), parameters),
                environment == null ? spec.environment() : environment,
                or(requirements, source == null ? spec.requirements() : null),
                resources == null ? new Amount(was.cpu(), was.memory(), was.gpu()) : resources,
                retries == null
                        ? new Retries(spec.retries().limit(), spec.retries().onExitCodes())
                        : retries,
                or(deadline, spec.deadline()),
                or(keep, spec.keep()),
                labels == null ? earlier.labels() : labels,
                or(description, spec.description()),
                or(experiment, spec.experiment()),
                or(pod, spec.pod()));
    }

    /** Single parameters are changed; one that is null here is dropped. */
    private static Map<String, Object> merged(Map<String, Object> before, @Nullable Map<String, Object> changes) {
        var merged = new java.util.LinkedHashMap<>(before);
        if (changes != null) {
            changes.forEach((key, value) -> {
                if (value == null) {
                    merged.remove(key);
                } else {
                    merged.put(key, value);
                }
            });
        }
        return merged;
    }

    private static <T> @Nullable T or(@Nullable T asked, @Nullable T before) {
        return asked == null ? before : asked;
    }
}
