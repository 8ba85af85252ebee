package dev.tidewright.gateway;

import dev.tidewright.serving.Route;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of routes that all processes share, and what each gateway has taken over of it. Times are the database's:
 * there is only one clock to compare by.
 */
final class SharedRoutes {

    /** A gateway that was silent for longer is not waited for; what it may still send to is left to its drain deadline. */
    static final Duration ALIVE = Duration.ofSeconds(3);

    /** After this, a silent gateway no longer holds up the early end of replicas that drain. */
    static final Duration FORGOTTEN = Duration.ofMinutes(5);

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final JdbcClient jdbc;

    SharedRoutes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What was changed after a version, as of one moment.
     *
     * @param version the newest
     * @param routes by endpoint; empty: it is gone
     */
    record Changes(long version, Map<UUID, Optional<Route>> routes) {}

    /** Writes only what differs; null removes. Returns the version that gateways must have for it to hold. */
    long put(UUID endpoint, @Nullable Route route) {
        var content = route == null ? null : JSON.writeValueAsString(route);
        var standing = jdbc.sql("""
                SELECT version FROM route
                WHERE endpoint_id = :endpoint AND content IS NOT DISTINCT FROM CAST(:content AS jsonb)
                """)
                .param("endpoint", endpoint)
                .param("content", content)
                .query(Long.class)
                .optional();
        return standing.orElseGet(() -> write(endpoint, content));
    }

    private long write(UUID endpoint, @Nullable String content) {
        jdbc.sql("DELETE FROM route WHERE content IS NULL AND changed_at < now() - interval '1 hour'")
                .update();
        jdbc.sql("DELETE FROM gateway WHERE seen_at < now() - make_interval(secs => ?)")
                .param(FORGOTTEN.toSeconds())
                .update();
        return jdbc.sql("""
                WITH next AS (UPDATE route_version SET version = version + 1 RETURNING version),
                    put AS (INSERT INTO route (endpoint_id, version, content, changed_at)
                        SELECT :endpoint, version, CAST(:content AS jsonb), now() FROM next
                        ON CONFLICT (endpoint_id) DO UPDATE SET version = excluded.version,
                            content = excluded.content, changed_at = excluded.changed_at
                        RETURNING version)
                SELECT version FROM put
                """)
                .param("endpoint", endpoint)
                .param("content", content)
                .query(Long.class)
                .single();
    }

    Changes since(long version) {
        var routes = new HashMap<UUID, Optional<Route>>();
        var newest = new long[1];
        jdbc.sql("""
                SELECT v.version, r.endpoint_id, r.content FROM route_version v LEFT JOIN route r ON r.version > ?
                """).param(version).query(row -> {
            newest[0] = row.getLong("version");
            var endpoint = row.getObject("endpoint_id", UUID.class);
            var content = row.getString("content");
            if (endpoint != null) {
                routes.put(endpoint, Optional.ofNullable(content).map(text -> JSON.readValue(text, Route.class)));
            }
        });
        return new Changes(newest[0], routes);
    }

    /** Before the first look at the table: from here on whoever changes it waits for this gateway. */
    void join(String gateway) {
        jdbc.sql("""
                INSERT INTO gateway (id, seen_at, applied, draining) VALUES (?, now(), 0, '{}')
                ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, applied = 0, draining = '{}'
                """).param(gateway).update();
        jdbc.sql("DELETE FROM gateway_traffic WHERE gateway_id = ?")
                .param(gateway)
                .update();
    }

    /** It serves no more: nobody need wait for it. */
    void leave(String gateway) {
        jdbc.sql("DELETE FROM gateway WHERE id = ?").param(gateway).update();
    }

    /**
     * False when it was forgotten, and has to join again.
     *
     * @param draining requests in flight by address, where it is not in the table; counted after {@code applied} was
     */
    boolean beat(String gateway, long applied, Map<String, Integer> draining) {
        return jdbc.sql("UPDATE gateway SET seen_at = now(), applied = ?, draining = CAST(? AS jsonb) WHERE id = ?")
                        .params(applied, JSON.writeValueAsString(draining), gateway)
                        .update()
                == 1;
    }

    /** How many living gateways but {@code self} still go by an older version. */
    int behind(long version, String self) {
        return jdbc.sql("""
                SELECT count(*) FROM gateway
                WHERE id <> ? AND applied < ? AND seen_at > now() - make_interval(secs => ?)
                """)
                .params(self, version, ALIVE.toSeconds())
                .query(Integer.class)
                .single();
    }

    /** Whether the address is in no route, and every gateway but {@code self} knows that and has nothing in flight there. */
    boolean drained(String host, int port, String self) {
        return jdbc.sql("""
                SELECT NOT EXISTS (SELECT FROM route WHERE content -> 'targets' @> CAST(:target AS jsonb))
                    AND NOT EXISTS (SELECT FROM gateway WHERE id <> :self
                        AND seen_at > now() - make_interval(secs => :forgotten)
                        AND (applied < (SELECT version FROM route_version) OR jsonb_exists(draining, :address)))
                """)
                .param("target", JSON.writeValueAsString(new Object[] {Map.of("host", host, "port", port)}))
                .param("self", self)
                .param("forgotten", FORGOTTEN.toSeconds())
                .param("address", host + ":" + port)
                .query(Boolean.class)
                .single();
    }
}
