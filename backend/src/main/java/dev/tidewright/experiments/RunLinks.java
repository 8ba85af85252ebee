package dev.tidewright.experiments;

import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tracking.Tracking;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Where the links lead that MLflow's clients print when a run ends: they know a run's id, and no namespace. */
@Controller
class RunLinks {

    private final Tracking tracking;
    private final Access access;

    RunLinks(Tracking tracking, Access access) {
        this.tracking = tracking;
        this.access = access;
    }

    @GetMapping("/runs/{id:[0-9a-fA-F-]{32,36}}")
    @PreAuthorize("@access.signedIn()")
    String run(@PathVariable String id) {
        return tracking.find(RunId.parse(id))
                .filter(run -> access.roleIn(run.namespace()).isPresent())
                .map(run -> "redirect:/ns/" + run.namespace() + "/runs/" + Ids.hex(run.id()))
                .orElseThrow(() -> new Refusal.NotFound("run", id));
    }
}
