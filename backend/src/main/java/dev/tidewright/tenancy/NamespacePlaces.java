package dev.tidewright.tenancy;

import dev.tidewright.cluster.NamedClusters;
import dev.tidewright.cluster.Placement;
import dev.tidewright.kernel.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Which cluster each namespace is in. A namespace never moves, so an answer is good for a while; its name may be given anew
 * in another cluster once it is gone from the first, hence not for ever.
 */
@Component
class NamespacePlaces implements Placement {

    private static final Duration FRESH = Duration.ofSeconds(2);

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final Map<Name, Known> known = new ConcurrentHashMap<>();

    NamespacePlaces(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private record Known(Name cluster, Instant until) {}

    /** Of one that is deleted, where it was: something of it may be left there. */
    @Override
    public Name clusterOf(Name namespace) {
        var now = clock.instant();
        var found = known.get(namespace);
        return found != null && found.until().isAfter(now) ? found.cluster() : read(namespace, now.plus(FRESH));
    }

    private Name read(Name namespace, Instant until) {
        return jdbc.sql("""
                SELECT cluster, deleted_at IS NULL AS living FROM namespace WHERE name = :name
                ORDER BY deleted_at DESC NULLS FIRST LIMIT 1
                """)
                .param("name", namespace.value())
                .query((row, number) -> {
                    var cluster = new Name(row.getString("cluster"));
                    if (row.getBoolean("living")) {
                        known.put(namespace, new Known(cluster, until));
                    }
                    return cluster;
                })
                .optional()
                .orElse(NamedClusters.STANDARD);
    }

    /** Once it is deleted, before its name may be given anew. */
    void forget(Name namespace) {
        known.remove(namespace);
    }
}
