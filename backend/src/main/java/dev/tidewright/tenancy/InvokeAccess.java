package dev.tidewright.tenancy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidewright.kernel.Name;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Tokens at the gateway: any member may call the namespace's private endpoints with a token of any scope. One statement,
 * so that a gateway's own process needs nothing of the rest.
 */
@Component
class InvokeAccess implements InvokeCheck {

    private final JdbcClient jdbc;
    private final WorkloadTokens workloads;
    private final InstantSource clock;

    /** As in {@link Authentications}: a token's use is written down once a minute. */
    private final Cache<UUID, Boolean> noted = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    InvokeAccess(JdbcClient jdbc, WorkloadTokens workloads, InstantSource clock) {
        this.jdbc = jdbc;
        this.workloads = workloads;
        this.clock = clock;
    }

    @Override
    public boolean mayInvoke(String bearerToken, Name namespace) {
        if (WorkloadTokens.looksLikeOne(bearerToken)) {
            return workloads
                    .verify(bearerToken)
                    .filter(work ->
                            work.namespace().equals(namespace) && !work.kind().equals(WorkloadTokens.PROGRAM))
                    .isPresent();
        }
        var token = member(bearerToken, namespace);
        token.ifPresent(this::note);
        return token.isPresent();
    }

    /** The id of the token, if it is good for this namespace. */
    private Optional<UUID> member(String bearerToken, Name namespace) {
        return jdbc.sql("""
                SELECT t.id FROM api_token t
                JOIN app_user u ON u.id = t.user_id AND u.disabled_at IS NULL
                JOIN namespace n ON n.name = :namespace AND n.deleted_at IS NULL
                LEFT JOIN member m ON m.namespace_id = n.id AND m.user_id = u.id
                WHERE t.hash = :hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)
                    AND (t.namespace IS NULL OR t.namespace = n.name) AND (u.platform_admin OR m.user_id IS NOT NULL)
                """)
                .param("namespace", namespace.value())
                .param("hash", Tokens.sha256(bearerToken))
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> row.getObject("id", UUID.class))
                .optional();
    }

    private void note(UUID token) {
        if (noted.asMap().putIfAbsent(token, true) == null) {
            jdbc.sql("UPDATE api_token SET last_used_at = ? WHERE id = ?")
                    .params(Timestamp.from(clock.instant()), token)
                    .update();
        }
    }
}
