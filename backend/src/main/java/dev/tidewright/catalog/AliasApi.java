package dev.tidewright.catalog;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Moment;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Aliases: where they point, pointed, and are to point. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/models/{model}/aliases/{alias}")
class AliasApi {

    private final Catalog catalog;
    private final AliasService aliases;
    private final DryRun dryRun;
    private final Access access;

    AliasApi(Catalog catalog, AliasService aliases, DryRun dryRun, Access access) {
        this.catalog = catalog;
        this.aliases = aliases;
        this.dryRun = dryRun;
        this.access = access;
    }

    /**
     * Where the alias points, or pointed at some time.
     *
     * @param at an instant like {@code 2026-11-22T10:00:00Z}, or a day, which means its end in UTC
     */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<AliasView> show(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable Alias alias,
            @RequestParam(required = false) @Nullable String at) {
        if (at != null) {
            return ResponseEntity.ok(catalog.aliasAt(ns, model, alias, Moment.parse("at", at)));
        }
        return answer(catalog.alias(ns, model, alias));
    }

    /** Makes or moves an alias; to move one takes If-Match. */
    @PutMapping
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<AliasView> move(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable Alias alias,
            @Valid @RequestBody MoveAlias command,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return answer(
                this.dryRun.perhaps(dryRun, () -> aliases.move(ns, model, alias, command, ifMatch, access.actor())));
    }

    /** Answers where it pointed last. */
    @DeleteMapping
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    AliasView remove(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable Alias alias,
            @RequestParam(required = false) @Nullable String reason,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return this.dryRun.perhaps(dryRun, () -> {
            var last = catalog.alias(ns, model, alias);
            aliases.remove(ns, model, alias, reason, ifMatch, access.actor());
            return last;
        });
    }

    /** Every move, newest first. */
    @GetMapping("/history")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<AliasView> history(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable Alias alias,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return catalog.aliasHistory(ns, model, alias, cursor, Limit.of(limit));
    }

    private static ResponseEntity<AliasView> answer(AliasView alias) {
        return ResponseEntity.ok().eTag("\"" + alias.id() + "\"").body(alias);
    }
}
