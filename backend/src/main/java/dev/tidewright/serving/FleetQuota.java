package dev.tidewright.serving;

import dev.tidewright.kernel.Resources;
import dev.tidewright.tenancy.Hold;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.tenancy.Verdict;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Lets an endpoint have as many of the replicas it wants as the namespace's quota holds. Joins the caller's transaction. */
@Component
class FleetQuota {

    private final QuotaLedger ledger;
    private final Namespaces namespaces;

    FleetQuota(QuotaLedger ledger, Namespaces namespaces) {
        this.ledger = ledger;
        this.namespaces = namespaces;
    }

    /** Tells every run what it may have; answers what is missing for the rest, empty when nothing is. */
    String fit(
            Endpoint endpoint,
            List<RevisionRun> live,
            SortedMap<Integer, Integer> asked,
            Function<Integer, Resources> each) {
        var changed = live.stream().anyMatch(run -> asked.getOrDefault(run.number(), 0) != run.wantedReplicas());
        if (!changed) {
            return "";
        }
        var allowed = new TreeMap<>(asked);
        var waiting = "";
        for (var fits = false; !fits; ) {
            var lack = lack(endpoint, FleetService.total(allowed, each), grows(live, allowed));
            fits = lack.isEmpty();
            waiting = waiting.isEmpty() ? lack : waiting;
            if (!fits && !giveWay(live, allowed)) {
                break;
            }
        }
        live.forEach(run -> run.want(allowed.getOrDefault(run.number(), 0)));
        return waiting;
    }

    /** One replica less of those that are not there yet. */
    private static boolean giveWay(List<RevisionRun> live, Map<Integer, Integer> allowed) {
        for (var run : live) {
            if (allowed.getOrDefault(run.number(), 0) > run.wantedReplicas()) {
                allowed.merge(run.number(), -1, Integer::sum);
                return true;
            }
        }
        return false;
    }

    /** Up to how many replicas a run may grow by itself, what nobody else holds now being its own to take. */
    int roomFor(Endpoint endpoint, int has, Resources each, int most) {
        var free = ledger.free(endpoint.namespace());
        var room = most;
        while (room > has && !each.times(room - has).fitsInto(free)) {
            room--;
        }
        return room;
    }

    void withdraw(Endpoint endpoint, List<RevisionRun> live) {
        if (live.stream().anyMatch(run -> run.wantedReplicas() > 0)) {
            live.forEach(run -> run.want(0));
            ledger.reserve(endpoint.namespace(), hold(endpoint, Resources.NONE));
        }
    }

    void giveBack(Endpoint endpoint) {
        ledger.release(endpoint.id());
    }

    static Hold hold(Endpoint endpoint, Resources resources) {
        return new Hold(endpoint.id(), "endpoint", endpoint.name().value(), resources, 0, 1);
    }

    private static boolean grows(List<RevisionRun> live, Map<Integer, Integer> allowed) {
        return live.stream().anyMatch(run -> allowed.getOrDefault(run.number(), 0) > run.wantedReplicas());
    }

    private String lack(Endpoint endpoint, Resources total, boolean grows) {
        // The ledger refuses what could never fit; here that is a reason to wait: the limit may have been lowered
        // since.
        var limit = namespaces.require(endpoint.namespace()).limits().resources();
        if (grows && !total.fitsInto(limit)) {
            return "needs " + total.cpu() + " cpu and " + total.memory() + " memory, the limit of "
                    + endpoint.namespace() + " is " + limit.cpu() + " cpu and " + limit.memory() + " memory";
        }
        return switch (ledger.reserve(endpoint.namespace(), hold(endpoint, total))) {
            case Verdict.Granted granted -> "";
            case Verdict.Waiting waiting -> waiting.sentence();
        };
    }
}
