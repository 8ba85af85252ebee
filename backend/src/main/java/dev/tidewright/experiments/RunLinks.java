package dev.tidewright.experiments;

import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.Tracking;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Where the links lead that MLflow's clients print when a run ends: they know ids, and no namespace. */
@Controller
class RunLinks {

    private final Tracking tracking;
    private final LoggedModelService models;
    private final Access access;

    RunLinks(Tracking tracking, LoggedModelService models, Access access) {
        this.tracking = tracking;
        this.models = models;
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

    /** A logged model is shown with the run that wrote it. */
    @GetMapping("/logged-models/{id:[0-9a-f]{32}}")
    @PreAuthorize("@access.signedIn()")
    String model(@PathVariable String id) {
        return models.find(RunId.parse(id))
                .filter(model -> access.roleIn(model.namespace()).isPresent())
                .map(model -> "redirect:/ns/" + model.namespace()
                        + (model.sourceRun() == null
                                ? "/experiments/" + model.experiment()
                                : "/runs/" + Ids.hex(model.sourceRun())))
                .orElseThrow(() -> new Refusal.NotFound("logged model", id));
    }
}
