package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users, passwords and tokens. */
@Service
@Transactional
class AccountService {

    /** bcrypt reads no more than 72 bytes. */
    private static final int LONGEST_PASSWORD = 72;

    private static final int SHORTEST_PASSWORD = 12;

    private final AppUsers users;
    private final ApiTokens tokens;
    private final PasswordEncoder passwords;
    private final WrongPasswords wrongPasswords;
    private final InstantSource clock;

    AccountService(
            AppUsers users,
            ApiTokens tokens,
            PasswordEncoder passwords,
            WrongPasswords wrongPasswords,
            InstantSource clock) {
        this.wrongPasswords = wrongPasswords;
        this.users = users;
        this.tokens = tokens;
        this.passwords = passwords;
        this.clock = clock;
    }

    AppUser create(CreateUser command, Actor actor) {
        if (users.findByName(command.name()).isPresent()) {
            throw new Refusal.Conflict("name-taken", "user \"" + command.name() + "\" exists already");
        }
        var hash = command.password() == null ? null : hash(command.password());
        return users.save(new AppUser(
                command.name(),
                command.displayName() == null ? "" : command.displayName(),
                hash,
                command.platformAdmin(),
                actor,
                clock.instant()));
    }

    void changeOwnPassword(UUID userId, ChangePassword command, Actor actor) {
        var user = users.findById(userId).orElseThrow(() -> new Refusal.NotFound("user", userId));
        if (wrongPasswords.tooMany(user.name().value())) {
            throw new Refusal.TooMany("too many wrong passwords: wait five minutes");
        }
        if (!passwords.matches(command.current(), user.passwordHash())) {
            wrongPasswords.note(user.name().value());
            throw new Refusal.Invalid("wrong-password", "current", "the present password is not this one");
        }
        user.changePassword(hash(command.replacement()), actor, clock.instant());
        users.save(user);
    }

    AppUser enable(Name name, boolean enabled, Actor actor) {
        var user = users.findByName(name).orElseThrow(() -> new Refusal.NotFound("user", name));
        if (enabled) {
            user.enable(actor, clock.instant());
        } else {
            refuseLastAdmin(user);
            user.disable(actor, clock.instant());
        }
        return users.save(user);
    }

    /** One who can sign in must stay: nobody else could bring anybody back. */
    private void refuseLastAdmin(AppUser user) {
        var others = users.findByPlatformAdminTrueAndDisabledAtIsNullOrderById().stream()
                .filter(admin -> admin.passwordHash() != null && !admin.id().equals(user.id()))
                .count();
        if (user.platformAdmin() && user.enabled() && others == 0) {
            throw new Refusal.Conflict(
                    "last-admin",
                    "\"" + user.name()
                            + "\" is the last admin of the platform who can sign in: make another one first");
        }
    }

    /** The way back for who lost the password of the first admin. */
    void reset(Name name, String password, Actor actor) {
        var user = users.findByName(name).orElseThrow(() -> new Refusal.NotFound("user", name));
        user.enable(actor, clock.instant());
        user.changePassword(hash(password), actor, clock.instant());
        users.save(user);
    }

    @Transactional(readOnly = true)
    List<AppUser> all() {
        return users.findAllByOrderByName();
    }

    /** The secret is in the answer and nowhere else. */
    NewToken createToken(Caller.Person owner, CreateToken command, Actor actor) {
        if (command.scope().compareTo(owner.scope()) > 0) {
            throw new Refusal.Forbidden("a token cannot create one with a wider scope than its own, " + owner.scope());
        }
        if (owner.only() != null && !owner.only().equals(command.namespace())) {
            throw new Refusal.Forbidden("this token works only in " + owner.only() + ", and so must one made with it");
        }
        return keep(owner.userId(), command, Tokens.random(), actor);
    }

    /** For an account that cannot sign in. */
    NewToken createTokenFor(Name user, CreateToken command, Actor actor) {
        var account = users.findByName(user).orElseThrow(() -> new Refusal.NotFound("user", user));
        return keep(account.id(), command, Tokens.random(), actor);
    }

    NewToken keep(UUID userId, CreateToken command, String secret, Actor actor) {
        if (command.expiresIn() != null && command.expiresIn().value().isZero()) {
            throw new Refusal.Invalid("invalid-duration", "expiresIn", "give a length of time like \"12h\" or \"30d\"");
        }
        var token = tokens.save(new ApiToken(userId, command, secret, actor, clock.instant()));
        return new NewToken(TokenView.of(token), secret);
    }

    @Transactional(readOnly = true)
    List<TokenView> tokensOf(UUID userId) {
        return tokens.findByUserIdOrderByIdDesc(userId).stream()
                .map(TokenView::of)
                .toList();
    }

    void revoke(UUID userId, UUID tokenId, Actor actor) {
        var token = tokens.findById(tokenId)
                .filter(found -> found.userId().equals(userId))
                .orElseThrow(() -> new Refusal.NotFound("token", tokenId));
        token.revoke(actor, clock.instant());
        tokens.save(token);
    }

    private String hash(@Nullable String password) {
        if (password == null
                || password.length() < SHORTEST_PASSWORD
                || password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD) {
            throw new Refusal.Invalid(
                    "weak-password",
                    "password",
                    "a password has at least " + SHORTEST_PASSWORD + " characters and at most " + LONGEST_PASSWORD
                            + " bytes (letters beyond ASCII take several)");
        }
        var hash = passwords.encode(password);
        if (hash == null) {
            throw new IllegalStateException("the password encoder gave no hash");
        }
        return hash;
    }
}
