package dev.tidewright.serving;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import dev.tidewright.kernel.Resources;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.tenancy.Verdict;
import java.util.List;
import org.springframework.stereotype.Component;

/** Asks the ledger on behalf of users' changes. Joins the caller's transaction. */
@Component
class EndpointQuota {

    private final QuotaLedger ledger;

    EndpointQuota(QuotaLedger ledger) {
        this.ledger = ledger;
    }

    /** Takes the place of one endpoint. Endpoints do not queue for a place: without one the caller hears so at once. */
    void admit(Endpoint endpoint) {
        switch (ledger.reserve(endpoint.namespace(), FleetQuota.hold(endpoint, Resources.NONE))) {
            case Verdict.Granted granted -> {}
            case Verdict.Waiting waiting ->
                throw new Refusal.OverQuota(
                        waiting.sentence() + ": delete an endpoint that is not needed, or ask for a higher limit",
                        List.of(new FieldError("endpoints", waiting.sentence())));
        }
    }

    /** Refuses what could never run, even with nothing else in the namespace; what only has to wait is fine. */
    void refuseImpossible(Endpoint endpoint, RevisionSpec spec) {
        lacking(endpoint, spec, 0);
    }

    /** What is missing now for this revision with this many replicas more than wanted; empty when nothing is. */
    String lacking(Endpoint endpoint, RevisionSpec spec, int surge) {
        var replicas = spec.wanted(endpoint.autoscaledReplicas()) + surge;
        var hold = FleetQuota.hold(endpoint, spec.resources().times(replicas));
        return switch (ledger.check(endpoint.namespace(), hold)) {
            case Verdict.Granted granted -> "";
            case Verdict.Waiting waiting -> waiting.sentence();
        };
    }
}
