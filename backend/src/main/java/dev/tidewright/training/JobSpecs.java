package dev.tidewright.training;

import dev.tidewright.artifacts.ArchivedPrograms;
import dev.tidewright.artifacts.Digest;
import dev.tidewright.cluster.NamespaceCapabilities;
import dev.tidewright.kernel.Name;
import dev.tidewright.training.JobSpec.JobSource;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Makes specs that can run: by the rules, on this cluster, with what the source really has. */
@Component
class JobSpecs {

    private final ArchivedPrograms programs;
    private final NamespaceCapabilities capabilities;

    JobSpecs(ArchivedPrograms programs, NamespaceCapabilities capabilities) {
        this.programs = programs;
        this.capabilities = capabilities;
    }

    JobSpec of(Name namespace, SubmitJob command, @Nullable JobSource source) {
        var spec = JobRules.spec(command, source);
        var possible = capabilities.of(namespace);
        possible.requireFor(spec.image(), "image");
        possible.requireFor(spec.pod());
        if (source != null && source.kind().equals("archive") && spec.command() == null && spec.image() == null) {
            programs.require("entryPoint", source.fileName(), new Digest(source.digest()), spec.entryPoint());
        }
        return spec;
    }
}
