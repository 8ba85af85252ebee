package dev.tidewright.serving;

import dev.tidewright.cluster.NamespaceCapabilities;
import dev.tidewright.images.ImageDigests;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Devices;
import org.springframework.stereotype.Component;

/** Asks the cluster and registries what they alone know, before the transaction that makes a revision or plans it. */
@Component
class EndpointIntake {

    private final NamespaceCapabilities capabilities;
    private final Devices devices;
    private final ImageDigests digests;

    EndpointIntake(NamespaceCapabilities capabilities, Devices devices, ImageDigests digests) {
        this.capabilities = capabilities;
        this.devices = devices;
        this.digests = digests;
    }

    DeployEndpoint prepared(Name ns, DeployEndpoint command) {
        if (command.resources() != null) {
            devices.requireKnown(ns, command.resources().gpu().keySet());
        }
        var image = command.serves() == null ? null : command.serves().image();
        return image == null || !capabilities.of(ns).images() ? command : command.serving(digests.pinned(image));
    }
}
