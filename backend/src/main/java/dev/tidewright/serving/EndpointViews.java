package dev.tidewright.serving;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Slice;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads endpoints. */
@Service
@Transactional(readOnly = true)
public class EndpointViews {

    private final Endpoints endpoints;
    private final EndpointRows rows;
    private final Revisions revisions;
    private final StatusViews statuses;
    private final History history;
    private final ServedResolver resolver;

    EndpointViews(
            Endpoints endpoints,
            EndpointRows rows,
            Revisions revisions,
            StatusViews statuses,
            History history,
            ServedResolver resolver) {
        this.endpoints = endpoints;
        this.rows = rows;
        this.revisions = revisions;
        this.statuses = statuses;
        this.history = history;
        this.resolver = resolver;
    }

    public Resource<DeployEndpoint, EndpointStatus> get(Name namespace, Name name) {
        return view(endpoints.require(namespace, name));
    }

    /** Youngest first. */
    public Slice<Resource<DeployEndpoint, EndpointStatus>> list(
            Name namespace, EndpointQuery query, @Nullable String cursor, int limit) {
        var ids = rows.find(namespace, query, Cursor.id(cursor).orElse(null), limit + 1);
        return Slice.of(ids, limit, id -> id)
                .map(id -> view(endpoints.findById(id).orElseThrow()));
    }

    /** Newest first. */
    public Slice<HistoryEntry> history(Name namespace, Name name, @Nullable String cursor, int limit) {
        var id = endpoints.require(namespace, name).id();
        var before = Cursor.number(cursor).orElse(null);
        var query = new HistoryQuery(null, null, null, null, id, before, limit + 1);
        return Slice.of(history.find(query), limit, HistoryEntry::seq);
    }

    /** What is wrong and what to do about it, the most pressing first. */
    public List<Diagnosis.Finding> diagnosis(Name namespace, Name name) {
        var endpoint = endpoints.require(namespace, name);
        var target = revisions.require(endpoint.id(), endpoint.rollout().target());
        var spec = target.spec();
        return Diagnosis.of(endpoint, statuses.of(endpoint, target), spec, resolver.aliasNow(namespace, spec.serves()));
    }

    RecentTraffic recentTraffic(Name namespace, Name name) {
        return statuses.recentTraffic(endpoints.require(namespace, name));
    }

    /** The revision that a running replica belongs to, while the endpoint may still run it. */
    RevisionContent content(UUID revisionId) {
        var revision = revisions.findById(revisionId).orElseThrow(() -> new Refusal.NotFound("revision", revisionId));
        var endpoint = endpoints.findById(revision.endpointId()).orElseThrow();
        if (endpoint.phase() == EndpointPhase.DELETED) {
            throw new Refusal.Conflict("endpoint-deleted", "endpoint \"" + endpoint.name() + "\" was deleted");
        }
        return new RevisionContent(
                revisionId, endpoint.namespace(), endpoint.name(), revision.number(), revision.spec());
    }

    /** What a replica has to know about its revision. */
    record RevisionContent(UUID id, Name namespace, Name endpoint, int number, RevisionSpec spec) {}

    private Resource<DeployEndpoint, EndpointStatus> view(Endpoint endpoint) {
        var target = revisions.require(endpoint.id(), endpoint.rollout().target());
        var metadata = new Resource.Metadata(
                endpoint.name().value(),
                endpoint.namespace().value(),
                endpoint.id(),
                endpoint.labels(),
                endpoint.generation(),
                endpoint.createdAt(),
                endpoint.createdBy());
        return Resource.of(
                "Endpoint", metadata, DeployEndpoint.of(endpoint, target.spec()), statuses.of(endpoint, target));
    }
}
