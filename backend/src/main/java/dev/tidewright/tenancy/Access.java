package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Members.Member;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * Says who may do what; named in every handler's {@code @PreAuthorize}. Roles are read from the database at every call,
 * so that a change of role holds at once.
 */
@Component("access")
public class Access {

    private final NamespaceRows namespaces;
    private final Members members;

    Access(NamespaceRows namespaces, Members members) {
        this.namespaces = namespaces;
        this.members = members;
    }

    /**
     * True when the caller has this role in the namespace.
     *
     * @throws Refusal.NotFound when the caller is no member: the same answer as for a namespace that does not exist
     * @throws Refusal.Forbidden when the role or the token's scope is too small; says which is needed and who has it
     */
    public boolean may(Name namespace, String role) {
        var needed = Role.valueOf(role);
        var had = roleIn(namespace).orElseThrow(() -> new Refusal.NotFound("namespace", namespace));
        var person = person();
        if (!had.covers(needed)) {
            throw new Refusal.Forbidden("this needs the role " + needed.word() + " in " + namespace + ", you are "
                    + had.word() + ": ask " + admins(namespace));
        }
        if (!person.scope().allows(needed)) {
            throw new Refusal.Forbidden("this needs the role " + needed.word() + ", but your token's scope is "
                    + person.scope() + ": create one with a wider scope");
        }
        return true;
    }

    /**
     * The same, and true for what a job runs too: in the job's own namespace it tracks like an editor. Only at handlers of what
     * is tracked and of what comes of that.
     */
    public boolean mayTrack(Name namespace, String role) {
        if (!(caller() instanceof Caller.Program program)) {
            return may(namespace, role);
        }
        if (!program.namespace().equals(namespace)) {
            throw new Refusal.NotFound("namespace", namespace);
        }
        var needed = Role.valueOf(role);
        if (!Role.EDITOR.covers(needed)) {
            throw new Refusal.Forbidden("this needs the role " + needed.word() + " in " + namespace
                    + ", and a job's token is an editor's: do it with a token of yours");
        }
        return true;
    }

    /** True for a person and for what a job runs. */
    public boolean tracks() {
        return caller() instanceof Caller.Program || signedIn();
    }

    /** What a job runs, if it is that who calls. */
    public Optional<Caller.Program> program() {
        return caller() instanceof Caller.Program program ? Optional.of(program) : Optional.empty();
    }

    /** True for an admin of the platform. */
    public boolean platformAdmin() {
        var person = person();
        if (!isPlatformAdmin()) {
            throw new Refusal.Forbidden(
                    person.platformAdmin()
                            ? "this needs a token of scope ADMIN for all namespaces"
                            : "this needs an admin of the platform");
        }
        return true;
    }

    /** Whether the caller is an admin of the platform; for pages that show what is not allowed as disabled. */
    public boolean isPlatformAdmin() {
        var person = person();
        return person.platformAdmin() && person.scope() == Scope.ADMIN && person.only() == null;
    }

    /** True for a person, as opposed to a workload. */
    public boolean signedIn() {
        person();
        return true;
    }

    /** True for a person who comes in without bounds: what belongs to an account is no business of a narrower token. */
    public boolean ownAccount() {
        var person = person();
        if (person.scope() != Scope.ADMIN || person.only() != null) {
            throw new Refusal.Forbidden(
                    "this is about your account and needs a token of scope ADMIN for all namespaces");
        }
        return true;
    }

    /** Whether the caller may read what is about all namespaces at once. */
    public boolean seesAll() {
        return caller() instanceof Caller.Person person
                && person.platformAdmin()
                && person.scope() != Scope.INVOKE
                && person.only() == null;
    }

    /** Refuses a namespace that the caller may not see, with the same words as one that does not exist; null is none. */
    void require(@Nullable Name namespace) {
        var person = person();
        if (namespace == null) {
            return;
        }
        if (!person.reaches(namespace) || role(person, namespace).isEmpty()) {
            throw new Refusal.NotFound("namespace", namespace);
        }
    }

    /** True when the caller is exactly this workload. */
    public boolean workload(String kind, UUID id) {
        if (caller() instanceof Caller.Work work
                && work.kind().equals(kind)
                && work.id().equals(id)) {
            return true;
        }
        throw new Refusal.NotFound(kind, id);
    }

    /** Who is calling now. */
    public Actor actor() {
        return caller().actor();
    }

    /** The caller's role; empty for a namespace that does not exist or that the caller may not see. */
    public Optional<Role> roleIn(Name name) {
        return caller() instanceof Caller.Person person && person.reaches(name) && person.scope() != Scope.INVOKE
                ? role(person, name)
                : Optional.empty();
    }

    /** The namespaces that the caller may read, by name. */
    public List<Name> mine() {
        if (caller() instanceof Caller.Program program) {
            return List.of(program.namespace());
        }
        var person = person();
        if (person.scope() == Scope.INVOKE) {
            return List.of();
        }
        var all = person.platformAdmin()
                ? namespaces.findByDeletedAtIsNullOrderByName()
                : namespaces.findByIdInAndDeletedAtIsNullOrderByName(members.namespacesOf(person.userId()));
        return all.stream().map(Namespace::name).filter(person::reaches).toList();
    }

    /** Where a caller works who names no namespace: the token's own, or the only one; empty when there are several. */
    public Optional<Name> home() {
        return switch (caller()) {
            case Caller.Work work -> Optional.of(work.namespace());
            case Caller.Program program -> Optional.of(program.namespace());
            case Caller.Person person when person.only() != null -> Optional.of(person.only());
            case Caller.Person _ -> {
                var mine = mine();
                yield mine.size() == 1 ? Optional.of(mine.getFirst()) : Optional.empty();
            }
        };
    }

    Optional<Role> role(Caller.Person person, Name name) {
        if (!person.platformAdmin()) {
            return members.role(name, person.userId());
        }
        return namespaces.existsByNameAndDeletedAtIsNull(name) ? Optional.of(Role.ADMIN) : Optional.empty();
    }

    Caller.Person person() {
        if (caller() instanceof Caller.Person person) {
            return person;
        }
        throw new Refusal.Forbidden("a workload's token is only good for the workload's own business");
    }

    private static Caller caller() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            return caller;
        }
        throw new Refusal.Unauthenticated("not-signed-in", "sign in, or send a token: Authorization: Bearer <token>");
    }

    private String admins(Name namespace) {
        var names = namespaces.findByNameAndDeletedAtIsNull(namespace).stream()
                .flatMap(found -> members.of(found.id()).stream())
                .filter(member -> member.role() == Role.ADMIN)
                .map(Member::user)
                .map(Name::value)
                .toList();
        return names.isEmpty() ? "an admin of the platform" : String.join(" or ", names);
    }
}
