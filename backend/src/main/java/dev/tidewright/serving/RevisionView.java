package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A revision as others see it.
 *
 * @param copiedFrom the revision that a rollback copied
 * @param changes against the revision before it, field by field
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RevisionView(
        UUID id,
        int number,
        boolean target,
        boolean stable,
        String serves,
        RevisionSpec spec,
        String specDigest,
        String createdBy,
        String via,
        String reason,
        @Nullable Integer copiedFrom,
        Instant createdAt,
        List<SpecDiff.Change> changes) {

    static RevisionView of(Endpoint endpoint, Revision revision, List<SpecDiff.Change> changes) {
        var stable = endpoint.rollout().stable();
        return new RevisionView(
                revision.id(),
                revision.number(),
                revision.number() == endpoint.rollout().target(),
                stable != null && stable == revision.number(),
                revision.spec().serves().words(),
                revision.spec(),
                revision.specDigest(),
                revision.author(),
                revision.via(),
                revision.reason(),
                revision.copiedFrom(),
                revision.createdAt(),
                changes);
    }
}
