package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resource;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import tools.jackson.databind.json.JsonMapper;

/** What the pages of jobs do for the person who is signed in. */
@Component
class JobActions {

    private final TrainingService training;
    private final JobIntake intake;
    private final Access access;
    private final JsonMapper json;

    JobActions(TrainingService training, JobIntake intake, Access access, JsonMapper json) {
        this.training = training;
        this.intake = intake;
        this.access = access;
        this.json = json;
    }

    /** True when the person may submit and stop jobs here. */
    boolean may(Name ns) {
        return access.roleIn(ns).filter(role -> role.covers(Role.EDITOR)).isPresent();
    }

    void stop(Name ns, Name name, String reason) {
        if (reason.isBlank()) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is kept in the history");
        }
        training.cancel(ns, name, reason.strip(), access.actor());
    }

    void delete(Name ns, Name name, long version) {
        training.delete(ns, name, "\"" + version + "\"", access.actor());
    }

    Name submit(Name ns, JobForm form, SubmitJob command) {
        var from = form.from();
        return form.again() && from != null
                ? intake.rerun(ns, Name.of(from.strip()), command, access.actor())
                : intake.submit(ns, command, access.actor());
    }

    JobPlan plan(Name ns, JobForm form, SubmitJob command) {
        var from = form.from();
        return form.again() && from != null
                ? intake.planRerun(ns, Name.of(from.strip()), command)
                : intake.plan(ns, command);
    }

    void addText(Model model, Resource<JobSpec, JobView> job) {
        model.addAttribute("raw", json.writerWithDefaultPrettyPrinter().writeValueAsString(job));
    }
}
