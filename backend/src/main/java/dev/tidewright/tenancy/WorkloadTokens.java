package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Tokens of running workloads, {@code tww.<kind>.<id>.<namespace>.<HMAC-SHA-256>}. They are computed, not stored: a
 * reconciler that was killed after starting a workload must describe exactly the same workload again. What such a token
 * may do ends with the job or revision, which its owner checks; of {@link #PROGRAM}s {@link LivePrograms} knows.
 */
@Component
public class WorkloadTokens {

    /** The kind of token that a job's own program gets. Its id is the attempt's. */
    public static final String PROGRAM = "program";

    private static final String PREFIX = "tww.";

    private final JdbcClient jdbc;
    private volatile byte[] key = new byte[0];

    WorkloadTokens(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The token of a workload; the same for the same arguments. */
    public String issue(String kind, UUID id, Name namespace) {
        var claim = PREFIX + kind + "." + id + "." + namespace;
        return claim + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature(claim));
    }

    Optional<Caller.Work> verify(String token) {
        var parts = token.split("\\.", -1);
        if (!token.startsWith(PREFIX) || parts.length != 5) {
            return Optional.empty();
        }
        try {
            var claim = token.substring(0, token.lastIndexOf('.'));
            var given = Base64.getUrlDecoder().decode(parts[4]);
            return MessageDigest.isEqual(given, signature(claim))
                    ? Optional.of(new Caller.Work(parts[1], UUID.fromString(parts[2]), Name.of(parts[3])))
                    : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    static boolean looksLikeOne(String token) {
        return token.startsWith(PREFIX);
    }

    private byte[] signature(String claim) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key(), "HmacSHA256"));
            return mac.doFinal(claim.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte[] key() {
        if (key.length == 0) {
            var fresh = new byte[32];
            new SecureRandom().nextBytes(fresh);
            jdbc.sql("INSERT INTO signing_key (name, key) VALUES ('workload', ?) ON CONFLICT DO NOTHING")
                    .param(fresh)
                    .update();
            key = jdbc.sql("SELECT key FROM signing_key WHERE name = 'workload'")
                    .query(byte[].class)
                    .single();
        }
        return key;
    }
}
