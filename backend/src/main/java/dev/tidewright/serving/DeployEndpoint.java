package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.catalog.ModelName;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Scalar;
import dev.tidewright.rollout.RolloutStrategy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes an endpoint, or changes what it serves; also the {@code spec} of an endpoint as the API shows it. What is left out
 * gets its default, not what the endpoint has now: the command describes the whole.
 *
 * @param name may be left out where the path says it
 * @param resources of one replica, 0.5 cpu and 512Mi unless told
 * @param replicas 0 to 100, 1 unless told; not together with {@code autoscaling}
 * @param pod where replicas may run
 * @param access private unless told
 * @param reason why; kept with the revision
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DeployEndpoint(
        @Nullable Name name,
        @Nullable Serves serves,
        @Nullable Map<String, Scalar> parameters,
        @Nullable Map<String, String> environment,
        @Nullable List<String> requirements,
        @Nullable Resources resources,
        @Nullable Integer replicas,
        @Nullable AutoscalingPolicy autoscaling,
        @Nullable Probe readiness,
        @Nullable RolloutStrategy rollout,
        @Nullable PodFields pod,
        @Nullable EndpointAccess access,
        @Nullable String description,
        @Nullable Map<String, String> labels,
        @Nullable String reason) {

    /**
     * What to serve: a model by version or alias, a source that was uploaded, or an image.
     *
     * @param version of the model, 1 or more
     * @param alias of the model, e.g. {@code champion}; what it points to now is served until the next change
     * @param follow whether a move of the alias is such a change: it makes a revision, rolled out as any other
     * @param command argument list, no shell
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Serves(
            @Nullable ModelName model,
            @Nullable Integer version,
            @Nullable String alias,
            @Nullable Boolean follow,
            @Nullable Source source,
            @Nullable String image,
            @Nullable List<String> command,
            @Nullable String entryPoint) {}

    /** An uploaded source. */
    public record Source(@Nullable UUID upload) {}

    /** The name is that of the path; another one in the body would be a renaming, which there is none of. */
    DeployEndpoint named(Name pathName) {
        if (name != null && !name.equals(pathName)) {
            throw new Refusal.Invalid(
                    "invalid-endpoint",
                    "name",
                    "the address says \"" + pathName + "\", the body \"" + name
                            + "\": an endpoint cannot be renamed; leave the name away, or give the same");
        }
        return new DeployEndpoint(
                pathName,
                serves,
                parameters,
                environment,
                requirements,
                resources,
                replicas,
                autoscaling,
                readiness,
                rollout,
                pod,
                access,
                description,
                labels,
                reason);
    }

    /** The same with another name of its image. */
    DeployEndpoint serving(String pinned) {
        var asked = Objects.requireNonNull(serves);
        return new DeployEndpoint(
                name,
                new Serves(
                        asked.model(),
                        asked.version(),
                        asked.alias(),
                        asked.follow(),
                        asked.source(),
                        pinned,
                        asked.command(),
                        asked.entryPoint()),
                parameters,
                environment,
                requirements,
                resources,
                replicas,
                autoscaling,
                readiness,
                rollout,
                pod,
                access,
                description,
                labels,
                reason);
    }

    /** The command that would make this endpoint again. */
    static DeployEndpoint of(Endpoint endpoint, RevisionSpec spec) {
        var served = spec.serves();
        var model = served.model();
        var source = served.source();
        return new DeployEndpoint(
                endpoint.name(),
                new Serves(
                        model == null ? null : model.name(),
                        model == null || model.alias() != null ? null : model.version(),
                        model == null ? null : model.alias(),
                        model == null ? null : model.follow(),
                        source == null ? null : new Source(source.upload()),
                        served.image(),
                        served.command(),
                        served.entryPoint()),
                spec.parameters(),
                spec.environment(),
                spec.requirements(),
                spec.resources(),
                spec.replicas(),
                spec.autoscaling(),
                spec.readiness(),
                spec.rollout(),
                spec.pod(),
                endpoint.access(),
                endpoint.description(),
                endpoint.labels(),
                null);
    }
}
