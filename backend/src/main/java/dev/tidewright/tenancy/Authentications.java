package dev.tidewright.tenancy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Turns what a request carries into a {@link Caller}; used by the security of {@code web}. */
@Component
public class Authentications {

    /** What the name of the dashboard's session cookie begins with, whatever its port. */
    public static final String SESSION_COOKIE = "TIDEWRIGHT_SESSION";

    private final ApiTokens tokens;
    private final AppUsers users;
    private final WorkloadTokens workloads;
    private final ObjectProvider<LivePrograms> programs;
    private final InstantSource clock;

    /** When a token's use was last written down: once a minute is enough. */
    private final Cache<UUID, Boolean> noted = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    Authentications(
            ApiTokens tokens,
            AppUsers users,
            WorkloadTokens workloads,
            ObjectProvider<LivePrograms> programs,
            InstantSource clock) {
        this.tokens = tokens;
        this.users = users;
        this.workloads = workloads;
        this.programs = programs;
        this.clock = clock;
    }

    /** The caller that presents this bearer token, or a refusal that says what is wrong with it. */
    public Caller bearer(String token) {
        if (WorkloadTokens.looksLikeOne(token)) {
            return workload(workloads.verify(token).orElseThrow(Authentications::unknownToken));
        }
        var held = tokens.findByHash(Tokens.sha256(token)).orElseThrow(Authentications::unknownToken);
        if (held.revokedAt() != null) {
            throw new Refusal.Unauthenticated("token-revoked", "this token was revoked: create a new one");
        }
        if (held.expired(clock.instant())) {
            throw new Refusal.Unauthenticated(
                    "token-expired", "this token expired at " + held.expiresAt() + ": create a new one");
        }
        if (held.disabledAt() != null) {
            throw unknownToken();
        }
        if (noted.asMap().putIfAbsent(held.id(), true) == null) {
            tokens.used(held.id(), clock.instant());
        }
        return held.caller();
    }

    private Caller workload(Caller.Work work) {
        if (!work.kind().equals(WorkloadTokens.PROGRAM)) {
            return work;
        }
        return programs.orderedStream()
                .flatMap(feature -> feature.find(work.id(), work.namespace()).stream())
                .findFirst()
                .orElseThrow(() -> new Refusal.Unauthenticated(
                        "token-ended", "this token was good while its job ran: use one of your own"));
    }

    /** The person of a browser session, read anew so that a disabled user is out at once. */
    public Optional<Caller.Person> session(Name name) {
        return users.findByName(name)
                .filter(AppUser::enabled)
                .map(user -> new Caller.Person(user.id(), user.name(), user.platformAdmin(), Scope.ADMIN, null, ""));
    }

    /** What form login compares with; empty for unknown, disabled and password-less users alike. */
    public Optional<String> passwordHash(String name) {
        try {
            return users.findByName(Name.of(name)).filter(AppUser::enabled).map(AppUser::passwordHash);
        } catch (Refusal.Invalid notEvenAName) {
            return Optional.empty();
        }
    }

    private static Refusal unknownToken() {
        return new Refusal.Unauthenticated(
                "token-unknown", "this token is not known here: create one under Account, Tokens");
    }
}
