package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A revision as others see it.
 *
 * @param outcome what became of it: only one that has SERVED is known to work
 * @param everReady a replica of it has answered requests at some time
 * @param copiedFrom the revision that a rollback copied
 * @param previous the revision that was wanted when this one was made; null for the first
 * @param changes against the previous one, field by field
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RevisionView(
        UUID id,
        int number,
        boolean target,
        boolean stable,
        RevisionOutcome outcome,
        boolean everReady,
        String serves,
        RevisionSpec spec,
        String specDigest,
        String createdBy,
        String via,
        String reason,
        @Nullable Integer copiedFrom,
        @Nullable Integer previous,
        Instant createdAt,
        List<SpecDiff.Change> changes) {

    static RevisionView of(
            Endpoint endpoint, Revision revision, RevisionRows.Fate fate, List<SpecDiff.Change> changes) {
        var stable = endpoint.rollout().stable();
        return new RevisionView(
                revision.id(),
                revision.number(),
                revision.number() == endpoint.rollout().target(),
                stable != null && stable == revision.number(),
                fate.outcome(),
                fate.everReady(),
                revision.spec().serves().words(),
                revision.spec(),
                revision.specDigest(),
                revision.author(),
                revision.via(),
                revision.reason(),
                revision.copiedFrom(),
                fate.previous(),
                revision.createdAt(),
                changes);
    }

    /** For a page: what went wrong with it; empty while nothing did. */
    public String trouble() {
        return outcome == RevisionOutcome.SERVED || outcome == RevisionOutcome.PENDING
                ? ""
                : new RevisionRows.Fate(number, previous, outcome, everReady).words();
    }
}
