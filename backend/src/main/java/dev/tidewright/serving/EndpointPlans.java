package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Answers what a change would do by doing it in a transaction of its own that is then taken back: every rule is asked, and
 * the plan cannot differ from what would really happen.
 */
@Component
public class EndpointPlans {

    private final TransactionTemplate apart;
    private final Endpoints endpoints;
    private final Revisions revisions;
    private final RevisionMaker maker;
    private final EndpointQuota quota;
    private final RevisionRows rows;

    EndpointPlans(
            PlatformTransactionManager transactions,
            Endpoints endpoints,
            Revisions revisions,
            RevisionMaker maker,
            EndpointQuota quota,
            RevisionRows rows) {
        this.apart = new TransactionTemplate(transactions);
        this.apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.endpoints = endpoints;
        this.revisions = revisions;
        this.maker = maker;
        this.quota = quota;
        this.rows = rows;
    }

    /**
     * What a change would do.
     *
     * @param revision the number it would get; null when nothing of what is served would change
     * @param changes against what is served now
     * @param objects what would run
     * @param keepsReplicas those that run would go on: nothing a replica is made from would change
     */
    public record Plan(
            boolean creates,
            @Nullable Integer revision,
            List<SpecDiff.Change> changes,
            List<String> objects,
            boolean keepsReplicas,
            Quota quota,
            List<String> warnings) {

        /** The same with more to mind. */
        public Plan warning(List<String> more) {
            return more.isEmpty()
                    ? this
                    : new Plan(
                            creates,
                            revision,
                            changes,
                            objects,
                            keepsReplicas,
                            quota,
                            Stream.concat(warnings.stream(), more.stream()).toList());
        }
    }

    /**
     * The effect on the namespace's quota.
     *
     * @param now held by the endpoint before the change
     * @param settled held once the rollout is complete
     * @param rolling held at most meanwhile, with the replicas that {@code maxSurge} allows
     */
    public record Quota(Resources now, Resources settled, Resources rolling) {}

    public Plan of(Name namespace, @Nullable Name name, Supplier<EndpointService.Accepted> change) {
        var plan = apart.execute(status -> {
            status.setRollbackOnly();
            if (name != null) {
                var _ = endpoints.lock(namespace, name); // or the reconciler changes it between two looks
            }
            var before = name == null ? null : target(namespace, name);
            var accepted = change.get();
            return plan(namespace, Objects.requireNonNull(name), before, accepted);
        });
        return Objects.requireNonNull(plan);
    }

    private Plan plan(Name namespace, Name name, @Nullable RevisionSpec before, EndpointService.Accepted accepted) {
        var endpoint = endpoints.require(namespace, name);
        var spec = Objects.requireNonNull(target(namespace, name));
        var replicas = spec.wanted(endpoint.autoscaledReplicas());
        var keeps = before != null && endpoint.running() && maker.keepsReplicas(before, spec);
        var rolls = accepted.revision() != null && before != null && !keeps;
        var surge = rolls ? spec.rollout().plan(replicas).maxSurge() : 0;
        var now = before == null || !endpoint.running()
                ? Resources.NONE
                : before.resources().times(endpoint.wantedReplicas());
        var settled = spec.resources().times(replicas);
        var extra = spec.resources().times(Math.min(surge, replicas));
        return new Plan(
                accepted.created(),
                accepted.revision(),
                before == null ? List.of() : maker.between(before, spec),
                accepted.revision() == null
                        ? List.of()
                        : List.of(Text.counted(replicas, "replica") + " of "
                                + spec.resources().cpu() + " cpu and "
                                + Quantities.memory(spec.resources().memoryBytes()) + " memory, serving "
                                + spec.serves().words()),
                keeps,
                new Quota(now, settled, settled.plus(extra)),
                warnings(endpoint, spec, accepted, surge));
    }

    private List<String> warnings(Endpoint endpoint, RevisionSpec spec, EndpointService.Accepted accepted, int surge) {
        var warnings = new ArrayList<String>();
        if (accepted.revision() == null) {
            warnings.add("nothing of what is served would change: no revision would be made");
            return warnings;
        }
        revisions
                .findByEndpointIdAndNumber(endpoint.id(), accepted.revision())
                .flatMap(made -> Optional.ofNullable(made.copiedFrom()))
                .map(source -> rows.fate(endpoint.id(), source))
                .filter(fate -> !fate.served())
                .ifPresent(fate -> warnings.add("revision " + fate.number()
                        + " has never served with all its replicas (" + fate.words() + "): it may fail again"));
        var lacking = quota.lacking(endpoint, spec, 0);
        var lackingSurge = lacking.isEmpty() && surge > 0 ? surgeLack(endpoint, spec, surge) : "";
        if (!lacking.isEmpty()) {
            warnings.add("not all replicas can start now: " + lacking);
        }
        if (!lackingSurge.isEmpty()) {
            warnings.add("the rollout would wait for room to surge: " + lackingSurge
                    + "; with maxSurge 0 and maxUnavailable 1 it needs none");
        }
        var bounds = spec.rollout().plan(spec.wanted(endpoint.autoscaledReplicas()));
        if (bounds.target() > 0 && bounds.maxUnavailable() >= bounds.target()) {
            var all = bounds.target() == 1 ? "the only replica" : "all " + bounds.target() + " replicas";
            warnings.add("maxUnavailable lets " + all + " be missing: nobody may answer meanwhile");
        }
        return warnings;
    }

    private String surgeLack(Endpoint endpoint, RevisionSpec spec, int surge) {
        try {
            return quota.lacking(endpoint, spec, surge);
        } catch (Refusal.OverQuota never) {
            return never.sentence();
        }
    }

    private @Nullable RevisionSpec target(Name namespace, Name name) {
        return endpoints
                .find(namespace, name)
                .flatMap(endpoint -> revisions.findByEndpointIdAndNumber(
                        endpoint.id(), endpoint.rollout().target()))
                .map(Revision::spec)
                .orElse(null);
    }
}
