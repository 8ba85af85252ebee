package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.CatalogQuery;
import dev.tidewright.catalog.CatalogSearch;
import dev.tidewright.catalog.ChangeLabels;
import dev.tidewright.catalog.VersionService;
import dev.tidewright.catalog.VersionView;
import dev.tidewright.kernel.Name;
import dev.tidewright.query.Field;
import dev.tidewright.query.FilterParser;
import dev.tidewright.query.Order;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
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

/** Versions of registered models. */
@RestController
@RequestMapping("/api/2.0/mlflow/model-versions")
class MlflowVersionApi {

    private static final int MOST = 200_000;
    private static final int PAGE = 10_000;
    private static final List<Order> NEWEST_CHANGE_FIRST =
            List.of(new Order(new Field(Field.Kind.ATTRIBUTE, "last_updated_timestamp"), true));

    private final Catalog catalog;
    private final CatalogSearch search;
    private final VersionService versions;
    private final Registration registration;
    private final Access access;

    MlflowVersionApi(
            Catalog catalog, CatalogSearch search, VersionService versions, Registration registration, Access access) {
        this.catalog = catalog;
        this.search = search;
        this.versions = versions;
        this.registration = registration;
        this.access = access;
    }

    @PostMapping("/create")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One create(@InWorkspace Name ns, @RequestBody CreateVersion command) {
        var model = Given.model(command.name());
        return one(versions.register(ns, model, registration.read(ns, command), access.actor()));
    }

    @GetMapping("/get")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One get(@InWorkspace Name ns, @RequestParam String name, @RequestParam String version) {
        return one(require(ns, name, version));
    }

    @GetMapping("/get-download-uri")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Place place(@InWorkspace Name ns, @RequestParam String name, @RequestParam String version) {
        return new Place(ArtifactPlace.ofVersion(require(ns, name, version).id()));
    }

    /** However many are asked for, a page has ten thousand at most and says how to go on. */
    @GetMapping("/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page search(
            @InWorkspace Name ns,
            @RequestParam(required = false) @Nullable String filter,
            @RequestParam(name = "max_results", required = false) @Nullable Integer maxResults,
            @RequestParam(name = "order_by", required = false) @Nullable List<String> orderBy,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        var orders = FilterParser.orders(orderBy);
        var page = search.versions(new CatalogQuery(
                ns,
                FilterParser.filter(filter),
                orders.isEmpty() ? NEWEST_CHANGE_FIRST : orders,
                pageToken,
                Math.min(PAGE, Given.limit(maxResults, PAGE, MOST))));
        return new Page(page.items().stream().map(VersionOnWire::of).toList(), page.nextCursor());
    }

    @PatchMapping("/update")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One update(@InWorkspace Name ns, @RequestBody Update command) {
        return one(change(ns, command.name(), command.version(), new ChangeLabels(command.description(), null)));
    }

    /** What moves an alias also moves a stage: both say what others are to use. */
    @PostMapping("/transition-stage")
    @PreAuthorize("@access.mayTrack(#ns, 'DEPLOYER')")
    One transition(@InWorkspace Name ns, @RequestBody Transition command) {
        return one(versions.moveTo(
                ns,
                Given.model(command.name()),
                Given.version(command.version()),
                Given.stage(required("stage", command.stage())),
                Boolean.TRUE.equals(command.archiveExistingVersions()),
                access.actor()));
    }

    /** Its aliases go with it where the caller may move them; otherwise they stand in the way. */
    @DeleteMapping("/delete")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @RequestBody Update command) {
        var version = require(ns, command.name(), command.version());
        if (access.roleIn(ns).filter(role -> role.covers(Role.DEPLOYER)).isPresent()) {
            versions.deleteWithAliases(ns, version.model(), version.number(), access.actor());
        } else {
            versions.delete(ns, version.model(), version.number(), "*", access.actor());
        }
        return Empty.DONE;
    }

    @PostMapping("/set-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty tag(@InWorkspace Name ns, @RequestBody Tag command) {
        var value = command.value() == null ? "" : command.value();
        change(ns, command.name(), command.version(), ChangeLabels.tag(Given.key("key", command.key()), value));
        return Empty.DONE;
    }

    @DeleteMapping("/delete-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty untag(@InWorkspace Name ns, @RequestBody Tag command) {
        change(ns, command.name(), command.version(), ChangeLabels.tag(required("key", command.key()), null));
        return Empty.DONE;
    }

    private VersionView change(Name ns, @Nullable String name, @Nullable String version, ChangeLabels command) {
        var found = require(ns, name, version);
        return versions.change(ns, found.model(), found.number(), command, "*", access.actor());
    }

    private VersionView require(Name ns, @Nullable String name, @Nullable String version) {
        return catalog.ready(ns, Given.model(name), Given.version(version));
    }

    private static One one(VersionView version) {
        return new One(VersionOnWire.of(version));
    }

    record Update(
            @Nullable String name,
            @Nullable String version,
            @Nullable String description) {}

    record Transition(
            @Nullable String name,
            @Nullable String version,
            @Nullable String stage,
            @Nullable Boolean archiveExistingVersions) {}

    record Tag(
            @Nullable String name,
            @Nullable String version,
            @Nullable String key,
            @Nullable String value) {}

    record One(VersionOnWire modelVersion) {}

    record Place(String artifactUri) {}

    record Page(List<VersionOnWire> modelVersions, @Nullable String nextPageToken) {}
}
