package dev.tidewright.serving;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads revisions. */
@Service
@Transactional(readOnly = true)
class RevisionViews {

    private final Endpoints endpoints;
    private final Revisions revisions;
    private final RevisionRows rows;
    private final SpecDiff diff;

    RevisionViews(Endpoints endpoints, Revisions revisions, RevisionRows rows, SpecDiff diff) {
        this.endpoints = endpoints;
        this.revisions = revisions;
        this.rows = rows;
        this.diff = diff;
    }

    /** Newest first, each with what it changed. */
    Slice<RevisionView> list(Name namespace, Name name, @Nullable String cursor, int limit) {
        var endpoint = endpoints.require(namespace, name);
        var before = Cursor.number(cursor).orElse((long) Integer.MAX_VALUE).intValue();
        var found = revisions.findByEndpointIdAndNumberLessThanOrderByNumberDesc(
                endpoint.id(), before, Limit.of(limit + 1));
        return Slice.of(views(endpoint, found), limit, RevisionView::number);
    }

    RevisionView get(Name namespace, Name name, int number) {
        var endpoint = endpoints.require(namespace, name);
        return views(endpoint, List.of(revisions.require(endpoint.id(), number)))
                .getFirst();
    }

    /** Field by field: what differs from {@code before} to {@code after}. */
    List<SpecDiff.Change> diff(Name namespace, Name name, int before, int after) {
        var endpoint = endpoints.require(namespace, name);
        return diff.between(
                revisions.require(endpoint.id(), before).spec(),
                revisions.require(endpoint.id(), after).spec());
    }

    /** @param found numbers without a gap, the highest first */
    private List<RevisionView> views(Endpoint endpoint, List<Revision> found) {
        if (found.isEmpty()) {
            return List.of();
        }
        var fates = rows.fates(
                endpoint.id(), found.getLast().number(), found.getFirst().number());
        var wanted = fates.values().stream()
                .map(RevisionRows.Fate::previous)
                .filter(Objects::nonNull)
                .toList();
        var before = revisions.findByEndpointIdAndNumberIn(endpoint.id(), wanted).stream()
                .collect(Collectors.toMap(Revision::number, Function.identity()));
        return found.stream().map(one -> view(endpoint, one, fates, before)).toList();
    }

    private RevisionView view(
            Endpoint endpoint, Revision revision, Map<Integer, RevisionRows.Fate> fates, Map<Integer, Revision> all) {
        var fate = Objects.requireNonNull(fates.get(revision.number()));
        var earlier = fate.previous() == null ? null : all.get(fate.previous());
        var changes = earlier == null ? List.<SpecDiff.Change>of() : diff.between(earlier.spec(), revision.spec());
        return RevisionView.of(endpoint, revision, fate, changes);
    }
}
