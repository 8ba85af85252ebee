package dev.tidewright.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.InvokeCheck;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may call private endpoints, remembered. A yes counts for 4 s after it was asked, so that a revoked token stops
 * within 5 s; a no for 1 s. While it cannot be told (the database is away), the last yes counts for up to an hour.
 */
final class TokenGate {

    private static final Logger LOG = LoggerFactory.getLogger(TokenGate.class);

    private static final long RENEW = Duration.ofSeconds(2).toMillis();
    private static final long FRESH = Duration.ofSeconds(4).toMillis();
    private static final long REFUSED = Duration.ofSeconds(1).toMillis();
    private static final long FALLBACK = Duration.ofHours(1).toMillis();
    private static final long PAUSE = Duration.ofSeconds(1).toMillis();
    private static final int LONGEST_TOKEN = 1024;

    private final InvokeCheck check;
    private final InstantSource clock;
    private final Cache<Key, Standing> known =
            Caffeine.newBuilder().maximumSize(20_000).build();
    /** Virtual threads, so nothing to shut down: the gateway can be stopped and started again. */
    private final ExecutorService asking = new ThreadPoolExecutor(
            8,
            8,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1024),
            Thread.ofVirtual().name("gateway-access-", 0).factory());

    TokenGate(InvokeCheck check, InstantSource clock) {
        this.check = check;
        this.clock = clock;
    }

    /** Whether a caller may pass. */
    enum Verdict {
        YES,
        NO,
        /** It cannot be told now, and was not known before. */
        UNKNOWN
    }

    /** The token itself is never kept. */
    private record Key(String digest, Name namespace) {}

    /** What is known of one token; guarded by itself. */
    private static final class Standing {
        private Verdict last = Verdict.UNKNOWN;
        private long askedAt;
        private long failedAt = Long.MIN_VALUE / 2;
        private @Nullable CompletableFuture<Verdict> running;
        private long runningSince;
    }

    CompletableFuture<Verdict> ask(String token, Name namespace) {
        if (token.length() > LONGEST_TOKEN) {
            return CompletableFuture.completedFuture(Verdict.NO);
        }
        var standing = known.get(new Key(digest(token), namespace), unseen -> new Standing());
        synchronized (standing) {
            var now = clock.millis();
            var age = now - standing.askedAt;
            if (standing.last == Verdict.YES && age < FRESH) {
                if (age >= RENEW && now - standing.failedAt >= PAUSE) {
                    var _ = refresh(standing, token, namespace, now);
                }
                return CompletableFuture.completedFuture(Verdict.YES);
            }
            if (standing.last == Verdict.NO && age < REFUSED) {
                return CompletableFuture.completedFuture(Verdict.NO);
            }
            var stuck = standing.running != null && now - standing.runningSince >= PAUSE;
            if (now - standing.failedAt < PAUSE || (stuck && remembered(standing, now) == Verdict.YES)) {
                return CompletableFuture.completedFuture(remembered(standing, now));
            }
            // Somebody known must not wait for a database that hangs; for a stranger there is nothing else to do.
            var patience = remembered(standing, now) == Verdict.YES ? 1 : 10;
            return refresh(standing, token, namespace, now)
                    .copy()
                    .orTimeout(patience, TimeUnit.SECONDS)
                    .exceptionally(late -> failed(standing));
        }
    }

    private CompletableFuture<Verdict> refresh(Standing standing, String token, Name namespace, long now) {
        if (standing.running != null) {
            return standing.running;
        }
        try {
            var answer = CompletableFuture.supplyAsync(() -> look(standing, token, namespace, now), asking);
            // Set before look() can clear it: the lock is held here and taken there.
            standing.running = answer;
            standing.runningSince = now;
            return answer;
        } catch (RejectedExecutionException full) {
            return CompletableFuture.completedFuture(failed(standing));
        }
    }

    private Verdict look(Standing standing, String token, Name namespace, long askedAt) {
        try {
            var answer = check.mayInvoke(token, namespace) ? Verdict.YES : Verdict.NO;
            synchronized (standing) {
                standing.running = null;
                standing.last = answer;
                standing.askedAt = askedAt;
                standing.failedAt = Long.MIN_VALUE / 2;
            }
            return answer;
        } catch (RuntimeException fault) {
            LOG.debug("access to {} cannot be checked: {}", namespace, fault.toString());
            synchronized (standing) {
                standing.running = null;
                return failed(standing);
            }
        }
    }

    private Verdict failed(Standing standing) {
        synchronized (standing) {
            standing.failedAt = clock.millis();
            return remembered(standing, standing.failedAt);
        }
    }

    private static Verdict remembered(Standing standing, long now) {
        return standing.last == Verdict.YES && now - standing.askedAt < FALLBACK ? Verdict.YES : Verdict.UNKNOWN;
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
