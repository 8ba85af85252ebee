package dev.tidewright.training;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.NamespaceCapabilities;
import dev.tidewright.images.ImageDigests;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Devices;
import java.util.ArrayList;
import org.springframework.stereotype.Component;

/** Asks the cluster and registries what they alone know, before the transaction that takes a job in or plans it. */
@Component
class JobIntake {

    private final TrainingService training;
    private final Cluster cluster;
    private final NamespaceCapabilities capabilities;
    private final Devices devices;
    private final ImageDigests digests;

    JobIntake(
            TrainingService training,
            Cluster cluster,
            NamespaceCapabilities capabilities,
            Devices devices,
            ImageDigests digests) {
        this.training = training;
        this.cluster = cluster;
        this.capabilities = capabilities;
        this.devices = devices;
        this.digests = digests;
    }

    Name submit(Name ns, SubmitJob command, Actor actor) {
        return training.submit(ns, prepared(ns, command), actor);
    }

    Name rerun(Name ns, Name name, SubmitJob changes, Actor actor) {
        return training.rerun(ns, name, prepared(ns, changes), actor);
    }

    JobPlan plan(Name ns, SubmitJob command) {
        return completed(ns, training.plan(ns, prepared(ns, command)));
    }

    JobPlan planRerun(Name ns, Name name, SubmitJob changes) {
        return completed(ns, training.planRerun(ns, name, prepared(ns, changes)));
    }

    private SubmitJob prepared(Name ns, SubmitJob command) {
        if (command.resources() != null && command.resources().gpu() != null) {
            devices.requireKnown(ns, command.resources().gpu().keySet());
        }
        var image = command.image();
        return image == null || !capabilities.of(ns).images() ? command : command.running(digests.pinned(image));
    }

    private JobPlan completed(Name ns, JobPlan plan) {
        var warnings = new ArrayList<>(plan.warnings());
        var image = plan.spec().image();
        if (image != null) {
            digests.unpinned(image).ifPresent(why -> warnings.add(digests.words(image)));
        }
        var told = plan.warned(warnings);
        try {
            var lacks = cluster.capacity(ns).lacks(plan.spec().resources());
            return lacks.isEmpty() ? told : told.neverStarting(lacks);
        } catch (ClusterUnavailable away) {
            return told;
        }
    }
}
