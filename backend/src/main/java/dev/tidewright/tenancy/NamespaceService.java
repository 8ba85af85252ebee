package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Creates and changes namespaces and their members. */
@Service
@Transactional
class NamespaceService {

    private static final int TOLD = 20;

    private final NamespaceRows namespaces;
    private final Namespaces quotas;
    private final QuotaLedger ledger;
    private final Membership membership;
    private final Provisioning provisioning;
    private final InstantSource clock;

    NamespaceService(
            NamespaceRows namespaces,
            Namespaces quotas,
            QuotaLedger ledger,
            Membership membership,
            Provisioning provisioning,
            InstantSource clock) {
        this.namespaces = namespaces;
        this.quotas = quotas;
        this.ledger = ledger;
        this.membership = membership;
        this.provisioning = provisioning;
        this.clock = clock;
    }

    Namespace create(CreateNamespace command, Actor actor) {
        if (namespaces.findByNameAndDeletedAtIsNull(command.name()).isPresent()) {
            throw new Refusal.Conflict(
                    "name-taken", "namespace \"" + command.name() + "\" exists already: choose another name");
        }
        var cluster = command.clusterOrDefault();
        provisioning.requirePossible(command.name(), cluster);
        var limits = command.limits() == null ? Limits.DEFAULT : command.limits();
        var made = new Namespace(command.name(), command.descriptionOrEmpty(), limits, cluster, actor, clock.instant());
        made.decide(command.pickledModels(), actor, clock.instant());
        var namespace = namespaces.save(made);
        provisioning.follow(namespace);
        return namespace;
    }

    Namespace change(Name name, @Nullable String ifMatch, ChangeNamespace command, Actor actor) {
        var namespace = find(name);
        IfMatch.require(ifMatch, "namespace", name, namespace.version());
        namespace.requireSameCluster(command.cluster());
        var limits =
                command.limits() == null ? namespace.limits() : command.limits().of(namespace.limits());
        namespace.change(command.description(), limits, actor, clock.instant());
        namespace.decide(command.pickledModels(), actor, clock.instant());
        ledger.limitsChanged(namespace);
        provisioning.follow(namespace);
        return namespaces.save(namespace);
    }

    void delete(Name name, @Nullable String ifMatch, Actor actor) {
        var namespace = find(name);
        IfMatch.require(ifMatch, "namespace", name, namespace.version());
        ledger.requireUnused(name);
        namespace.delete(actor, clock.instant());
        namespaces.save(namespace);
        provisioning.follow(namespace);
    }

    /**
     * @param repairs what others had changed and was put back
     * @param aside what lies in it and is not ours; the first {@value #TOLD} are kept
     */
    void provided(UUID id, List<String> repairs, List<String> aside) {
        namespaces.findById(id).ifPresent(namespace -> {
            var now = clock.instant();
            repairs.forEach(what -> namespace.repaired(what, now));
            var other = namespace.putAside(aside.stream().limit(TOLD).toList(), now);
            if (namespace.provided(now) || other || !repairs.isEmpty()) {
                namespaces.save(namespace);
            }
        });
    }

    void refused(UUID id, String why) {
        namespaces.findById(id).ifPresent(namespace -> {
            if (namespace.refused(why, clock.instant())) {
                namespaces.save(namespace);
            }
        });
    }

    /** Lets a pass follow soon. */
    void hint(Name name) {
        namespaces.findByNameAndDeletedAtIsNull(name).ifPresent(namespace -> provisioning.follow(namespace));
    }

    void putMember(Name name, Name user, Role role, Actor actor) {
        var namespace = find(name);
        var before = membership.put(namespace, user, role, clock.instant());
        namespace.noteMember(user.value(), before.orElse(null), role, actor, clock.instant());
        namespaces.save(namespace);
    }

    void removeMember(Name name, Name user, Actor actor) {
        var namespace = find(name);
        var before = membership.remove(namespace, user);
        namespace.noteMember(user.value(), before, null, actor, clock.instant());
        namespaces.save(namespace);
    }

    @Transactional(readOnly = true)
    List<Members.Member> members(Name name) {
        return membership.of(find(name));
    }

    @Transactional(readOnly = true)
    QuotaView quota(Name name) {
        return quotas.quota(name);
    }

    @Transactional(readOnly = true)
    Namespace find(Name name) {
        return namespaces.findByNameAndDeletedAtIsNull(name).orElseThrow(() -> new Refusal.NotFound("namespace", name));
    }
}
