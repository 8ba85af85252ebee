package dev.tidewright.overview;

import dev.tidewright.catalog.AliasRequests;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelQuery;
import dev.tidewright.catalog.WaitingRequest;
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
    private final AliasRequests requests;
    private final InstantSource clock;

    Board(JobSummaries jobs, EndpointViews endpoints, Catalog catalog, AliasRequests requests, InstantSource clock) {
        this.jobs = jobs;
        this.endpoints = endpoints;
        this.catalog = catalog;
        this.requests = requests;
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

    /**
     * Endpoints first: somebody outside may be waiting for an answer. Then what somebody inside waits for.
     *
     * @param approver who may approve what others ask for; null: whoever looks may not
     */
    List<Need> needs(Name ns, @Nullable String approver) {
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
        if (approver != null) {
            requests.waitingFor(ns, approver, ROWS).forEach(request -> needs.add(need(ns, request)));
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

    private static Need need(Name ns, WaitingRequest request) {
        var link = "/ns/" + ns + "/models/" + request.model().inPath() + "#requests";
        var wish = request.to() == null ? "to be taken away" : "to point at version " + request.to();
        return new Need(
                "queued",
                request.model() + "@" + request.alias(),
                "alias",
                link,
                request.askedBy() + " asks for it " + wish
                        + (request.reason().isEmpty() ? "" : ": " + request.reason()),
                "Decide",
                link);
    }

    private static boolean troubled(Resource<DeployEndpoint, EndpointStatus> endpoint) {
        return switch (endpoint.status().phase()) {
            case DEGRADED, FAILED -> true;
            case STARTING, SERVING, ROLLING_OUT, STOPPED, DELETING, DELETED -> false;
        };
    }
}
