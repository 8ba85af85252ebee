package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.CatalogQuery;
import dev.tidewright.catalog.CatalogSearch;
import dev.tidewright.catalog.ChangeLabels;
import dev.tidewright.catalog.CreateModel;
import dev.tidewright.catalog.ModelName;
import dev.tidewright.catalog.ModelService;
import dev.tidewright.catalog.ModelView;
import dev.tidewright.kernel.Name;
import dev.tidewright.query.FilterParser;
import dev.tidewright.tenancy.Access;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Registered models. */
@RestController
@RequestMapping("/api/2.0/mlflow/registered-models")
class MlflowModelApi {

    private static final String IS_PROMPT = "mlflow.prompt.is_prompt";
    private static final int MOST = 1000;

    private final Catalog catalog;
    private final CatalogSearch search;
    private final ModelService models;
    private final Access access;

    MlflowModelApi(Catalog catalog, CatalogSearch search, ModelService models, Access access) {
        this.catalog = catalog;
        this.search = search;
        this.models = models;
        this.access = access;
    }

    @PostMapping("/create")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One create(@InWorkspace Name ns, @RequestBody Create command) {
        var tags = Pair.map("tag", command.tags());
        if ("true".equalsIgnoreCase(tags.get(IS_PROMPT))) {
            throw new NotOffered("prompts are not offered here: register models only");
        }
        return one(models.create(
                ns, new CreateModel(Given.model(command.name()), command.description(), tags), access.actor()));
    }

    @GetMapping("/get")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One get(@InWorkspace Name ns, @RequestParam String name) {
        return one(catalog.model(ns, Given.model(name)));
    }

    @GetMapping("/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page search(
            @InWorkspace Name ns,
            @RequestParam(required = false) @Nullable String filter,
            @RequestParam(name = "max_results", required = false) @Nullable Integer maxResults,
            @RequestParam(name = "order_by", required = false) @Nullable List<String> orderBy,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        var page = search.models(new CatalogQuery(
                ns,
                FilterParser.filter(filter),
                FilterParser.orders(orderBy),
                pageToken,
                Given.limit(maxResults, 100, MOST)));
        var latest = search.latest(page.items().stream().map(ModelView::id).toList());
        return new Page(
                page.items().stream()
                        .map(model -> ModelOnWire.of(model, latest.getOrDefault(model.id(), List.of())))
                        .toList(),
                page.nextCursor());
    }

    @PatchMapping("/update")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One update(@InWorkspace Name ns, @RequestBody Update command) {
        return one(change(ns, command.name(), new ChangeLabels(command.description(), null)));
    }

    @PostMapping("/rename")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One rename(@InWorkspace Name ns, @RequestBody Rename command) {
        var next = ModelName.of(required("new_name", command.newName()));
        return one(models.rename(ns, Given.model(command.name()), next, access.actor()));
    }

    @DeleteMapping("/delete")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @RequestBody Update command) {
        models.delete(ns, Given.model(command.name()), "*", access.actor());
        return Empty.DONE;
    }

    @PostMapping("/set-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty tag(@InWorkspace Name ns, @RequestBody Tag command) {
        var value = command.value() == null ? "" : command.value();
        change(ns, command.name(), ChangeLabels.tag(Given.key("key", command.key()), value));
        return Empty.DONE;
    }

    @DeleteMapping("/delete-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty untag(@InWorkspace Name ns, @RequestBody Tag command) {
        change(ns, command.name(), ChangeLabels.tag(required("key", command.key()), null));
        return Empty.DONE;
    }

    /** The highest version on each stage that is named; on every stage when none is. */
    @PostMapping("/get-latest-versions")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Versions latest(@InWorkspace Name ns, @RequestBody Latest asked) {
        var stages = Given.all(asked.stages()).stream().map(Given::stage).toList();
        var model = catalog.model(ns, Given.model(asked.name()));
        return new Versions(search.latest(List.of(model.id())).getOrDefault(model.id(), List.of()).stream()
                .filter(version -> stages.isEmpty() || stages.contains(version.stage()))
                .map(VersionOnWire::of)
                .toList());
    }

    @GetMapping("/get-latest-versions")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Versions latestByQuery(
            @InWorkspace Name ns,
            @RequestParam String name,
            @RequestParam(required = false) @Nullable List<String> stages) {
        return latest(ns, new Latest(name, stages));
    }

    private ModelView change(Name ns, @Nullable String name, ChangeLabels command) {
        return models.change(ns, Given.model(name), command, "*", access.actor());
    }

    private One one(ModelView model) {
        return new One(ModelOnWire.of(model, search.latest(List.of(model.id())).getOrDefault(model.id(), List.of())));
    }

    record Create(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<Pair> tags) {}

    record Update(@Nullable String name, @Nullable String description) {}

    record Rename(@Nullable String name, @Nullable String newName) {}

    record Tag(
            @Nullable String name,
            @Nullable String key,
            @Nullable String value) {}

    record Latest(@Nullable String name, @Nullable List<String> stages) {}

    record One(ModelOnWire registeredModel) {}

    record Versions(List<VersionOnWire> modelVersions) {}

    record Page(
            List<ModelOnWire> registeredModels, @Nullable String nextPageToken) {}
}
