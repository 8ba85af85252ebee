package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The rules of joining and leaving a namespace. */
@Component
class Membership {

    private final Members members;
    private final AppUsers users;

    Membership(Members members, AppUsers users) {
        this.members = members;
        this.users = users;
    }

    /** The role before, empty for a new member. */
    Optional<Role> put(Namespace namespace, Name user, Role role, Instant now) {
        var account = account(user);
        var before = members.role(namespace.name(), account.id());
        if (before.equals(Optional.of(Role.ADMIN)) && role != Role.ADMIN) {
            refuseLastAdmin(namespace, user);
        }
        members.put(namespace.id(), account.id(), role, now);
        return before;
    }

    Role remove(Namespace namespace, Name user) {
        var account = account(user);
        var before =
                members.role(namespace.name(), account.id()).orElseThrow(() -> new Refusal.NotFound("member", user));
        if (before == Role.ADMIN) {
            refuseLastAdmin(namespace, user);
        }
        members.remove(namespace.id(), account.id());
        return before;
    }

    List<Members.Member> of(Namespace namespace) {
        return members.of(namespace.id());
    }

    private AppUser account(Name user) {
        return users.findByName(user)
                .orElseThrow(() -> new Refusal.Invalid(
                        "unknown-user", "user", "there is no user \"" + user + "\": create the account first"));
    }

    private void refuseLastAdmin(Namespace namespace, Name user) {
        var others = members.of(namespace.id()).stream()
                .filter(member -> member.role() == Role.ADMIN && !member.user().equals(user))
                .count();
        if (others == 0) {
            throw new Refusal.Conflict(
                    "last-admin",
                    "\"" + user + "\" is the last admin of " + namespace.name() + ": make somebody else admin first");
        }
    }
}
