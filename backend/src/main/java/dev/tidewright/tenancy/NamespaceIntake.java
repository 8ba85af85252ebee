package dev.tidewright.tenancy;

import dev.tidewright.cluster.Clusters;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Refusal;
import org.springframework.stereotype.Component;

/** Makes namespaces, after asking their cluster whether it has room for the name. */
@Component
class NamespaceIntake {

    private final NamespaceService service;
    private final Clusters clusters;

    NamespaceIntake(NamespaceService service, Clusters clusters) {
        this.service = service;
        this.clusters = clusters;
    }

    /** A cluster that does not answer is no hindrance: its pass tells later. */
    Namespace create(CreateNamespace command, Actor actor) {
        clusters.taken(command.clusterOrDefault(), command.name()).ifPresent(why -> {
            throw new Refusal.Conflict("name-taken", why);
        });
        return service.create(command, actor);
    }
}
