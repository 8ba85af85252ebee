package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import jakarta.validation.Valid;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Who am I, users and tokens over REST. */
@RestController
@RequestMapping("/api/v1")
class AccountApi {

    private final AccountService accounts;
    private final Access access;

    AccountApi(AccountService accounts, Access access) {
        this.accounts = accounts;
        this.access = access;
    }

    @GetMapping("/whoami")
    @PreAuthorize("@access.signedIn()")
    WhoAmI whoAmI() {
        var person = access.person();
        var roles = new LinkedHashMap<String, Role>();
        access.mine().forEach(name -> access.roleIn(name).ifPresent(role -> roles.put(name.value(), role)));
        return new WhoAmI(person.name(), person.via(), access.isPlatformAdmin(), person.scope(), person.only(), roles);
    }

    @GetMapping("/users")
    @PreAuthorize("@access.platformAdmin()")
    Slice<UserView> users() {
        return Slice.whole(accounts.all().stream().map(UserView::of).toList());
    }

    @PostMapping("/users")
    @PreAuthorize("@access.platformAdmin()")
    @ResponseStatus(HttpStatus.CREATED)
    UserView create(@Valid @RequestBody CreateUser command) {
        return UserView.of(accounts.create(command, access.actor()));
    }

    @PostMapping("/users/{user}/disable")
    @PreAuthorize("@access.platformAdmin()")
    UserView disable(@PathVariable Name user) {
        return UserView.of(accounts.enable(user, false, access.actor()));
    }

    @PostMapping("/users/{user}/enable")
    @PreAuthorize("@access.platformAdmin()")
    UserView enable(@PathVariable Name user) {
        return UserView.of(accounts.enable(user, true, access.actor()));
    }

    /** Service accounts cannot sign in, so an admin of the platform makes their tokens. */
    @PostMapping("/users/{user}/tokens")
    @PreAuthorize("@access.platformAdmin()")
    @ResponseStatus(HttpStatus.CREATED)
    NewToken createTokenFor(@PathVariable Name user, @Valid @RequestBody CreateToken command) {
        access.require(command.namespace());
        return accounts.createTokenFor(user, command, access.actor());
    }

    @GetMapping("/tokens")
    @PreAuthorize("@access.ownAccount()")
    Slice<TokenView> tokens() {
        return Slice.whole(accounts.tokensOf(access.person().userId()));
    }

    @PostMapping("/tokens")
    @PreAuthorize("@access.ownAccount()")
    @ResponseStatus(HttpStatus.CREATED)
    NewToken createToken(@Valid @RequestBody CreateToken command) {
        access.require(command.namespace());
        return accounts.createToken(access.person(), command, access.actor());
    }

    @DeleteMapping("/tokens/{id}")
    @PreAuthorize("@access.ownAccount()")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id) {
        accounts.revoke(access.person().userId(), id, access.actor());
    }

    @PostMapping("/password")
    @PreAuthorize("@access.ownAccount()")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void changePassword(@Valid @RequestBody ChangePassword command) {
        accounts.changeOwnPassword(access.person().userId(), command, access.actor());
    }

    /** The caller and what the caller may do. */
    record WhoAmI(
            Name name,
            String via,
            boolean platformAdmin,
            Scope scope,
            @Nullable Name onlyNamespace,
            Map<String, Role> roles) {}

    /** A user as an admin sees one. */
    record UserView(
            UUID id,
            Name name,
            String displayName,
            boolean platformAdmin,
            boolean enabled,
            Instant createdAt,
            String createdBy) {
        static UserView of(AppUser user) {
            return new UserView(
                    user.id(),
                    user.name(),
                    user.displayName(),
                    user.platformAdmin(),
                    user.enabled(),
                    user.createdAt(),
                    user.createdBy());
        }
    }
}
