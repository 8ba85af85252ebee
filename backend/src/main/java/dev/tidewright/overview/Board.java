package dev.tidewright.overview;

import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelQuery;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.serving.DeployEndpoint;
import dev.tidewright.serving.EndpointPhase;
import dev.tidewright.serving.EndpointQuery;
import dev.tidewright.serving.EndpointStatus;
import dev.tidewright.serving.EndpointViews;
import dev.tidewright.training.JobSummaries;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Puts together what the home page of a namespace shows. */
@Component
class Board {

    private static final int ROWS = 20;
    private static final Duration RECENT = Duration.ofHours(24);

    private final JobSummaries jobs;
    private final EndpointViews endpoints;
    private final Catalog catalog;
    private final InstantSource clock;

    Board(JobSummaries jobs, EndpointViews endpoints, Catalog catalog, InstantSource clock) {
        this.jobs = jobs;
        this.endpoints = endpoints;
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * Something that waits for a person.
     *
     * @param st the state whose colour and shape it wears
     * @param action what the button says; it leads to {@code actionLink}
     */
    record Need(
            String st,
            String name,
            String kind,
            String link,
            String sentence,
            @Nullable String action,
            @Nullable String actionLink) {}

    /** The way from an empty namespace to an endpoint that answers. */
    record Steps(boolean job, boolean model, boolean endpoint) {
        public boolean done() {
            return job && model && endpoint;
        }
    }

    List<JobSummaries.JobSummary> active(Name ns) {
        return jobs.active(ns, ROWS);
    }

    List<Resource<DeployEndpoint, EndpointStatus>> serving(Name ns) {
        return endpoints
                .list(ns, new EndpointQuery(null, null, null), null, ROWS)
                .items();
    }

    Steps steps(Name ns) {
        return new Steps(
                jobs.any(ns),
                !catalog.models(ns, ModelQuery.of(null, null), null, 1).items().isEmpty(),
                !serving(ns).isEmpty());
    }

    long activeJobs(Name ns) {
        return jobs.countActive(ns);
    }

    long troubled(Name ns) {
        return serving(ns).stream().filter(Board::troubled).count();
    }

    /** Endpoints first: somebody outside may be waiting for an answer. */
    List<Need> needs(Name ns) {
        var needs = new ArrayList<Need>();
        for (var endpoint : serving(ns)) {
            var name = endpoint.metadata().name();
            var link = "/ns/" + ns + "/endpoints/" + name;
            if (troubled(endpoint)) {
                needs.add(new Need(
                        endpoint.status().phase() == EndpointPhase.FAILED ? "failed" : "degraded",
                        name,
                        "endpoint",
                        link,
                        endpoint.status().message(),
                        "See log",
                        link + "?tab=logs"));
            } else if (endpoint.status().phase() == EndpointPhase.ROLLING_OUT) {
                needs.add(new Need(
                        "running", name, "rollout", link, endpoint.status().message(), "Follow", link));
            }
        }
        var since = clock.instant().minus(RECENT);
        for (var job : jobs.failed(ns, 5)) {
            if (job.finishedAt() != null && job.finishedAt().isAfter(since)) {
                var link = "/ns/" + ns + "/jobs/" + job.name();
                needs.add(new Need(
                        "failed",
                        job.name(),
                        "job",
                        link,
                        job.message(),
                        "Run again with changes",
                        "/ns/" + ns + "/jobs/new?from=" + job.name()));
            }
        }
        return needs;
    }

    private static boolean troubled(Resource<DeployEndpoint, EndpointStatus> endpoint) {
        return switch (endpoint.status().phase()) {
            case DEGRADED, FAILED -> true;
            case STARTING, SERVING, ROLLING_OUT, STOPPED, DELETING, DELETED -> false;
        };
    }
}
