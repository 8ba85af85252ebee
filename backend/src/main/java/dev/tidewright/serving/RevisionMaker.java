package dev.tidewright.serving;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.AliasView;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes revisions, with the bytes they need. Joins the caller's transaction. */
@Component
class RevisionMaker {

    private final Revisions revisions;
    private final RevisionRuns runs;
    private final ServedResolver resolver;
    private final SpecDiff diff;
    private final Uploads uploads;
    private final Artifacts artifacts;

    RevisionMaker(
            Revisions revisions,
            RevisionRuns runs,
            ServedResolver resolver,
            SpecDiff diff,
            Uploads uploads,
            Artifacts artifacts) {
        this.revisions = revisions;
        this.runs = runs;
        this.resolver = resolver;
        this.diff = diff;
        this.uploads = uploads;
        this.artifacts = artifacts;
    }

    /** Whose file the source of a revision is. */
    static ArtifactOwner source(UUID revision) {
        return new ArtifactOwner("revision-source", revision);
    }

    RevisionSpec resolve(Name namespace, DeployEndpoint command) {
        return EndpointRules.spec(command, resolver.resolve(namespace, command));
    }

    boolean same(RevisionSpec left, RevisionSpec right) {
        return diff.digest(left).equals(diff.digest(right));
    }

    List<SpecDiff.Change> between(RevisionSpec before, RevisionSpec after) {
        return diff.between(before, after);
    }

    boolean keepsReplicas(RevisionSpec before, RevisionSpec after) {
        return diff.keepsReplicas(before, after);
    }

    Map<String, String> changes(RevisionSpec before, RevisionSpec after) {
        return diff.words(before, after);
    }

    Revision make(Endpoint endpoint, RevisionSpec spec, Revision.Origin origin) {
        var source = spec.serves().source();
        if (source != null) {
            uploads.take(endpoint.namespace(), source.upload(), source(origin.id()));
        }
        return keep(endpoint, new Revision(endpoint, spec, diff.digest(spec), origin));
    }

    /** A rollback needs neither the catalog nor the upload: everything is in the revision that it copies. */
    Revision copy(Endpoint endpoint, Revision earlier, Revision.Origin origin) {
        return copy(endpoint, earlier, earlier.spec(), origin);
    }

    /** The same with a spec that differs from the earlier one, though not in what is served. */
    Revision copy(Endpoint endpoint, Revision earlier, RevisionSpec spec, Revision.Origin origin) {
        if (earlier.spec().serves().source() != null) {
            artifacts.copy(endpoint.namespace(), source(earlier.id()), source(origin.id()), "");
        }
        return keep(endpoint, new Revision(endpoint, spec, diff.digest(spec), origin));
    }

    /**
     * What is to be served because an alias is followed.
     *
     * @param move the last of the alias
     */
    record Following(RevisionSpec spec, long move, String reason) {}

    /** Empty for what follows no alias, or one that points nowhere. */
    Optional<Following> following(Name namespace, RevisionSpec spec) {
        return resolver.lastMove(namespace, spec.serves())
                .map(move -> new Following(
                        spec.serving(resolver.movedTo(namespace, spec.serves(), move)), move.id(), words(spec, move)));
    }

    /** The last move of the alias that is followed, whether or not its version may be served; empty as above. */
    Optional<Long> lastMove(Name namespace, RevisionSpec spec) {
        return resolver.lastMove(namespace, spec.serves()).map(AliasView::id);
    }

    private static String words(RevisionSpec spec, AliasView move) {
        var model = Objects.requireNonNull(spec.serves().model());
        return model.name() + "@" + move.alias() + " was moved to version " + move.version() + " by " + move.actor()
                + (move.reason().isEmpty() ? "" : ": " + move.reason());
    }

    /** Points the alias that a revision was asked for by at the version that it serves. */
    String moveAliasBack(Name namespace, RevisionSpec spec, String reason, Actor actor) {
        return resolver.moveAliasBack(namespace, spec.serves(), reason, actor);
    }

    void requireStillThere(Name namespace, RevisionSpec spec) {
        resolver.requireStillThere(namespace, spec.serves());
    }

    private Revision keep(Endpoint endpoint, Revision revision) {
        resolver.requirePossible(endpoint.namespace(), revision.spec().autoscaling());
        var kept = revisions.save(revision);
        var served = endpoint.rollout().target();
        var goesOn = revisions
                .findByEndpointIdAndNumber(endpoint.id(), served)
                .filter(before -> diff.keepsReplicas(before.spec(), kept.spec()))
                .flatMap(before -> runs.findByEndpointIdAndNumber(endpoint.id(), served));
        runs.save(goesOn.map(run -> new RevisionRun(kept, run)).orElseGet(() -> new RevisionRun(kept)));
        return kept;
    }
}
