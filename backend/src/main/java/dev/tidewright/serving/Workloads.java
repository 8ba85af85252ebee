package dev.tidewright.serving;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.OwnAddress;
import dev.tidewright.tenancy.WorkloadTokens;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Describes the workload of a revision; the same one for all revisions that share it, at every call, but for its size. */
@Component
class Workloads {

    static final String KIND = "revision";

    private final WorkloadTokens tokens;
    private final OwnAddress address;
    private final ServingSettings settings;

    Workloads(WorkloadTokens tokens, OwnAddress address, ServingSettings settings) {
        this.tokens = tokens;
        this.address = address;
        this.settings = settings;
    }

    static WorkloadId id(Orders endpoint, Orders.Order order) {
        return new WorkloadId(endpoint.namespace(), KIND, endpoint.name() + "-r" + order.workload());
    }

    Workload.Service service(Orders endpoint, Orders.Order order) {
        var spec = order.spec();
        return new Workload.Service(
                id(endpoint, order),
                new Program(
                        entry(spec.serves()),
                        environment(endpoint, order),
                        secrets(endpoint, order.madeFor()),
                        spec.pod()),
                spec.resources(),
                settings.stopGrace(),
                order.wanted(),
                spec.readiness().readiness(),
                spec.rollout().drainDeadline().value());
    }

    private static Program.Entry entry(Served serves) {
        return serves.image() != null
                ? new Program.Image(serves.image(), serves.command())
                : new Program.Launcher(List.of("service"));
    }

    private Map<String, String> environment(Orders endpoint, Orders.Order order) {
        var environment = new TreeMap<>(order.spec().environment());
        environment.putAll(Map.of(
                "TIDEWRIGHT_API", address.api(),
                "TIDEWRIGHT_NAMESPACE", endpoint.namespace().value(),
                "TIDEWRIGHT_ENDPOINT", endpoint.name().value(),
                "TIDEWRIGHT_REVISION", Integer.toString(order.workload()),
                "TIDEWRIGHT_REVISION_ID", order.madeFor().toString()));
        return environment;
    }

    private Map<String, String> secrets(Orders endpoint, UUID revision) {
        return Map.of("TIDEWRIGHT_TOKEN", tokens.issue(KIND, revision, endpoint.namespace()));
    }
}
