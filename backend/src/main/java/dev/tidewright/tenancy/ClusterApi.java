package dev.tidewright.tenancy;

import dev.tidewright.cluster.Clusters;
import dev.tidewright.kernel.Slice;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The clusters that a namespace may be made in, and which of them do not answer. */
@RestController
@RequestMapping("/api/v1/clusters")
class ClusterApi {

    private final Clusters clusters;

    ClusterApi(Clusters clusters) {
        this.clusters = clusters;
    }

    @GetMapping
    @PreAuthorize("@access.platformAdmin()")
    Slice<Clusters.State> list() {
        return Slice.whole(clusters.states());
    }
}
