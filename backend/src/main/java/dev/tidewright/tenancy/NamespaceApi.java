package dev.tidewright.tenancy;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.Clusters;
import dev.tidewright.cluster.Silence;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import dev.tidewright.kernel.Slice;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
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
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Namespaces, their quota and their members over REST. */
@RestController
@RequestMapping("/api/v1/namespaces")
class NamespaceApi {

    private final NamespaceService service;
    private final NamespaceIntake intake;
    private final Access access;
    private final Clusters clusters;

    NamespaceApi(NamespaceService service, NamespaceIntake intake, Access access, Clusters clusters) {
        this.service = service;
        this.intake = intake;
        this.access = access;
        this.clusters = clusters;
    }

    @PostMapping
    @PreAuthorize("@access.platformAdmin()")
    ResponseEntity<Resource<Spec, NamespaceStatus>> create(@Valid @RequestBody CreateNamespace command) {
        var created = intake.create(command, access.actor());
        return ResponseEntity.created(URI.create("/api/v1/namespaces/" + created.name()))
                .eTag("\"" + created.version() + "\"")
                .body(view(created));
    }

    @GetMapping
    @PreAuthorize("@access.signedIn()")
    Slice<Resource<Spec, NamespaceStatus>> list() {
        return Slice.whole(
                access.mine().stream().map(service::find).map(this::view).toList());
    }

    @GetMapping("/{ns}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<Spec, NamespaceStatus>> get(@PathVariable Name ns) {
        return answer(service.find(ns));
    }

    @PatchMapping("/{ns}")
    @PreAuthorize("@access.may(#ns, 'VIEWER') and @access.platformAdmin()")
    ResponseEntity<Resource<Spec, NamespaceStatus>> change(
            @PathVariable Name ns,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @Valid @RequestBody ChangeNamespace command) {
        return answer(service.change(ns, ifMatch, command, access.actor()));
    }

    @DeleteMapping("/{ns}")
    @PreAuthorize("@access.may(#ns, 'VIEWER') and @access.platformAdmin()")
    ResponseEntity<Void> delete(
            @PathVariable Name ns, @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
        service.delete(ns, ifMatch, access.actor());
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/{ns}/members")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Members.Member> members(@PathVariable Name ns) {
        return Slice.whole(service.members(ns));
    }

    @PutMapping("/{ns}/members/{user}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    Slice<Members.Member> putMember(
            @PathVariable Name ns, @PathVariable Name user, @Valid @RequestBody MemberRole command) {
        service.putMember(ns, user, command.role(), access.actor());
        return Slice.whole(service.members(ns));
    }

    @DeleteMapping("/{ns}/members/{user}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    ResponseEntity<Void> removeMember(@PathVariable Name ns, @PathVariable Name user) {
        service.removeMember(ns, user, access.actor());
        return ResponseEntity.noContent().build();
    }

    /** The role to give. */
    record MemberRole(@NotNull Role role) {}

    /**
     * What was asked for.
     *
     * @param cluster where it is, for good
     * @param pickledModels whether models with pickled code may be deployed
     */
    record Spec(String description, Limits limits, Name cluster, PickledModels pickledModels) {}

    /**
     * How full it is, and what is wrong with it.
     *
     * @param fault why nothing starts in it; left out when nothing is known against it
     * @param setAside what lies in the cluster's namespace and looks like this platform's without being it: nothing is
     *     done with it
     * @param silence why its cluster cannot be asked just now: what is shown of what runs in it is what was known before; left
     *     out while it answers
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NamespaceStatus(
            List<QuotaView.Bar> bars,
            List<QuotaView.Holder> holders,
            Namespace.@Nullable Fault fault,
            List<String> setAside,
            @Nullable Silence silence) {}

    private ResponseEntity<Resource<Spec, NamespaceStatus>> answer(Namespace namespace) {
        return ResponseEntity.ok().eTag("\"" + namespace.version() + "\"").body(view(namespace));
    }

    private NamespaceStatus status(Namespace namespace) {
        var quota = service.quota(namespace.name());
        return new NamespaceStatus(
                quota.bars(),
                quota.holders(),
                namespace.fault(),
                namespace.aside(),
                clusters.state(namespace.cluster()).silence());
    }

    private Resource<Spec, NamespaceStatus> view(Namespace namespace) {
        var metadata = new Metadata(
                namespace.name().value(),
                null,
                namespace.id(),
                Map.of(),
                namespace.version(),
                namespace.createdAt(),
                namespace.createdBy());
        return Resource.of(
                "Namespace",
                metadata,
                new Spec(namespace.description(), namespace.limits(), namespace.cluster(), namespace.pickledModels()),
                status(namespace));
    }
}
