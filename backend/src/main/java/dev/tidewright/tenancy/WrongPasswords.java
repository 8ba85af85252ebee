package dev.tidewright.tenancy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** After ten wrong passwords a name has to wait, through whichever door they came. */
@Component
public class WrongPasswords {

    private static final int PATIENCE = 10;

    private final Cache<String, AtomicInteger> failures = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofMinutes(5))
            .build();

    public boolean tooMany(String name) {
        var failed = failures.getIfPresent(name);
        return failed != null && failed.get() >= PATIENCE;
    }

    public void note(String name) {
        failures.get(name, _ -> new AtomicInteger()).incrementAndGet();
    }

    public void forget(String name) {
        failures.invalidate(name);
    }
}
