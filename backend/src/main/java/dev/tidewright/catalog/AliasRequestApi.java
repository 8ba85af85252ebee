package dev.tidewright.catalog;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.validation.Valid;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Protected aliases, and the requests to move them. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/models/{model}")
class AliasRequestApi {

    private final AliasRequests requests;
    private final AliasService aliases;
    private final Access access;

    AliasRequestApi(AliasRequests requests, AliasService aliases, Access access) {
        this.requests = requests;
        this.aliases = aliases;
        this.access = access;
    }

    /** From now on nobody moves this alias alone, whether or not it is there already. */
    @PutMapping("/protected-aliases/{alias}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void protect(@PathVariable Name ns, @PathVariable ModelName model, @PathVariable Alias alias) {
        aliases.protect(ns, model, alias, access.actor());
    }

    @DeleteMapping("/protected-aliases/{alias}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void unprotect(@PathVariable Name ns, @PathVariable ModelName model, @PathVariable Alias alias) {
        aliases.unprotect(ns, model, alias, access.actor());
    }

    /** All of them, by name. */
    @GetMapping("/protected-aliases")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<ProtectedAlias> protectedAliases(@PathVariable Name ns, @PathVariable ModelName model) {
        return Slice.whole(requests.protectedOf(ns, model));
    }

    /** Newest first. */
    @GetMapping("/alias-requests")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<AliasRequestView> requests(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @RequestParam(required = false) @Nullable AliasRequestStatus status,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return requests.list(ns, model, status, cursor, Limit.of(limit));
    }

    @GetMapping("/alias-requests/{requestId}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    AliasRequestView request(@PathVariable Name ns, @PathVariable ModelName model, @PathVariable UUID requestId) {
        return requests.require(ns, model, requestId);
    }

    /** Moves the alias; refused to the person who asked for it. */
    @PostMapping("/alias-requests/{requestId}/approve")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    AliasRequestView approve(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable UUID requestId,
            @Valid @RequestBody DecideRequest command) {
        aliases.approve(ns, model, requestId, command, access.actor());
        return requests.require(ns, model, requestId);
    }

    /** Leaves the alias as it is; whoever asked may take the wish back by this. */
    @PostMapping("/alias-requests/{requestId}/decline")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    AliasRequestView decline(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable UUID requestId,
            @Valid @RequestBody DecideRequest command) {
        aliases.decline(ns, model, requestId, command, access.actor());
        return requests.require(ns, model, requestId);
    }
}
