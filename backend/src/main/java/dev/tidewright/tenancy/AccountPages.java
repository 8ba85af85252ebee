package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Open;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import java.time.Duration;
import java.util.UUID;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What a user sees of the own account: tokens and password; and the accounts, for an admin of the platform. */
@Controller
class AccountPages {

    private final AccountService accounts;
    private final Access access;

    AccountPages(AccountService accounts, Access access) {
        this.accounts = accounts;
        this.access = access;
    }

    @GetMapping("/sign-in")
    @Open("whoever wants to sign in is not signed in yet")
    String signIn() {
        return "sign-in";
    }

    @GetMapping("/account/tokens")
    @PreAuthorize("@access.signedIn()")
    String tokens(Model model) {
        model.addAttribute("tokens", accounts.tokensOf(access.person().userId()));
        model.addAttribute("scopes", Scope.values());
        model.addAttribute("namespaces", access.mine());
        return "tokens";
    }

    /** Answers the page itself, not a redirect: the secret must be in no address and no session. */
    @PostMapping("/account/tokens")
    @PreAuthorize("@access.signedIn()")
    String createToken(
            @RequestParam String name,
            @RequestParam Scope scope,
            @RequestParam String namespace,
            @RequestParam int days,
            Model model) {
        if (name.isBlank() || name.length() > 100) {
            throw new Refusal.Invalid("invalid-token-name", "name", "say in 1 to 100 characters what it is for");
        }
        var command = new CreateToken(
                name.strip(),
                scope,
                namespace.isBlank() ? null : Name.of(namespace),
                days <= 0 ? null : Timespan.of(Duration.ofDays(days)));
        access.require(command.namespace());
        model.addAttribute("created", accounts.createToken(access.person(), command, access.actor()));
        return tokens(model);
    }

    @PostMapping("/account/tokens/{id}/revoke")
    @PreAuthorize("@access.signedIn()")
    String revoke(@PathVariable UUID id) {
        accounts.revoke(access.person().userId(), id, access.actor());
        return "redirect:/account/tokens";
    }

    @GetMapping("/account")
    @PreAuthorize("@access.signedIn()")
    String account() {
        return "account";
    }

    @PostMapping("/account/password")
    @PreAuthorize("@access.signedIn()")
    String changePassword(@RequestParam String current, @RequestParam String password) {
        accounts.changeOwnPassword(access.person().userId(), new ChangePassword(current, password), access.actor());
        return "redirect:/account?changed";
    }

    @GetMapping("/users")
    @PreAuthorize("@access.platformAdmin()")
    String users(Model model) {
        model.addAttribute(
                "users", accounts.all().stream().map(AccountApi.UserView::of).toList());
        return "users";
    }

    @PostMapping("/users")
    @PreAuthorize("@access.platformAdmin()")
    String createUser(
            @RequestParam String name,
            @RequestParam String displayName,
            @RequestParam String password,
            @RequestParam(defaultValue = "false") boolean platformAdmin) {
        accounts.create(
                new CreateUser(Name.of(name.strip()), displayName, password.isEmpty() ? null : password, platformAdmin),
                access.actor());
        return "redirect:/users";
    }

    @PostMapping("/users/{user}/enabled")
    @PreAuthorize("@access.platformAdmin()")
    String enable(@PathVariable Name user, @RequestParam boolean enabled) {
        accounts.enable(user, enabled, access.actor());
        return "redirect:/users";
    }
}
