package dev.tidewright.experiments;

import dev.tidewright.catalog.CatalogQuery;
import dev.tidewright.catalog.CatalogSearch;
import dev.tidewright.kernel.Ids;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Field;
import dev.tidewright.query.Operator;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.RunView;
import dev.tidewright.tracking.WrittenModel;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** What models a run has written, what was measured of them, what was registered, and whether the reader may register more. */
@Component
class RunModels {

    private static final int VERSIONS = 50;

    private final LoggedModelService models;
    private final CatalogSearch catalog;
    private final Access access;

    RunModels(LoggedModelService models, CatalogSearch catalog, Access access) {
        this.models = models;
        this.catalog = catalog;
        this.access = access;
    }

    void addTo(Model page, RunView run) {
        var ofRun = new Condition(
                new Field(Field.Kind.ATTRIBUTE, "run_id"), Operator.EQUAL, List.of(Ids.hex(run.id())), true);
        var written = models.written(run.namespace(), List.of(run));
        page.addAttribute("models", written);
        page.addAttribute(
                "measured",
                models.metrics(written.stream()
                        .map(WrittenModel::id)
                        .filter(Objects::nonNull)
                        .toList()));
        page.addAttribute(
                "versions",
                catalog.versions(new CatalogQuery(run.namespace(), List.of(ofRun), List.of(), null, VERSIONS))
                        .items());
        page.addAttribute(
                "mayRegister",
                access.roleIn(run.namespace())
                        .filter(role -> role.covers(Role.EDITOR))
                        .isPresent());
    }
}
