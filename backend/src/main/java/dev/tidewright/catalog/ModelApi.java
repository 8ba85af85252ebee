package dev.tidewright.catalog;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.validation.Valid;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Models. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/models")
class ModelApi {

    private final Catalog catalog;
    private final ModelService models;
    private final DryRun dryRun;
    private final Access access;

    ModelApi(Catalog catalog, ModelService models, DryRun dryRun, Access access) {
        this.catalog = catalog;
        this.models = models;
        this.dryRun = dryRun;
        this.access = access;
    }

    @PostMapping
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Resource<ModelSpec, ModelState>> create(
            @PathVariable Name ns,
            @Valid @RequestBody CreateModel command,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        var model = resource(this.dryRun.perhaps(dryRun, () -> models.create(ns, command, access.actor())));
        return (dryRun
                        ? ResponseEntity.ok()
                        : ResponseEntity.created(URI.create("/api/v1/namespaces/" + ns + "/models/"
                                + command.name().inPath())))
                .eTag(model.entityTag())
                .body(model);
    }

    /** Newest first; {@code tag=key=value} may be repeated. */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Resource<ModelSpec, ModelState>> list(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable List<String> tag,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return catalog.models(ns, ModelQuery.of(q, tag), cursor, Limit.of(limit))
                .map(ModelApi::resource);
    }

    @GetMapping("/{model}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<ModelSpec, ModelState>> show(@PathVariable Name ns, @PathVariable ModelName model) {
        return answer(catalog.model(ns, model));
    }

    @PatchMapping("/{model}")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Resource<ModelSpec, ModelState>> change(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @Valid @RequestBody ChangeLabels command,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return answer(this.dryRun.perhaps(dryRun, () -> models.change(ns, model, command, ifMatch, access.actor())));
    }

    /** Answers what was deleted. */
    @DeleteMapping("/{model}")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    Resource<ModelSpec, ModelState> delete(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return resource(this.dryRun.perhaps(dryRun, () -> {
            var last = catalog.model(ns, model);
            models.delete(ns, model, ifMatch, access.actor());
            return last;
        }));
    }

    private static ResponseEntity<Resource<ModelSpec, ModelState>> answer(ModelView view) {
        var model = resource(view);
        return ResponseEntity.ok().eTag(model.entityTag()).body(model);
    }

    private static Resource<ModelSpec, ModelState> resource(ModelView model) {
        return Resource.of(
                "Model",
                new Metadata(
                        model.name().value(),
                        model.namespace().value(),
                        model.id(),
                        Map.of(),
                        model.version(),
                        model.createdAt(),
                        model.createdBy()),
                new ModelSpec(model.description(), model.tags()),
                new ModelState(model.latestVersion(), model.versions(), model.aliases(), model.updatedAt()));
    }

    /** What people wrote on it. */
    record ModelSpec(String description, Map<String, String> tags) {}

    /** What is in it; see {@link ModelView}. */
    record ModelState(int latestVersion, int versions, Map<String, Integer> aliases, Instant updatedAt) {}
}
