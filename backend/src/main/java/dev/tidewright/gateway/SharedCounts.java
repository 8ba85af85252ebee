package dev.tidewright.gateway;

import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.serving.Traffic.Step;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** What each gateway was asked, written down by itself about once a second where it changed. */
final class SharedCounts {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient jdbc;

    SharedCounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Of one endpoint.
     *
     * @param recent null: as told before
     */
    record Report(
            Name namespace,
            Name endpoint,
            Counters counters,
            @Nullable List<Step> recent) {}

    /** What one gateway counted. */
    record Counted(Counters counters, List<Step> recent) {}

    void report(String gateway, List<Report> changed) {
        if (changed.isEmpty()) {
            return;
        }
        jdbc.sql("""
                INSERT INTO gateway_traffic AS known (gateway_id, namespace, endpoint, counters, recent)
                SELECT :gateway, one ->> 'namespace', one ->> 'endpoint', one -> 'counters',
                    coalesce(nullif(one -> 'recent', 'null'), '[]')
                FROM jsonb_array_elements(CAST(:changed AS jsonb)) one
                ON CONFLICT (namespace, endpoint, gateway_id) DO UPDATE SET counters = excluded.counters,
                    recent = CASE WHEN excluded.recent = '[]' THEN known.recent ELSE excluded.recent END
                """)
                .param("gateway", gateway)
                .param("changed", JSON.writeValueAsString(changed))
                .update();
    }

    /** Of every gateway but {@code self}. */
    List<Counted> counted(Name namespace, Name endpoint, String self) {
        return jdbc.sql("""
                SELECT counters, recent FROM gateway_traffic
                WHERE namespace = ? AND endpoint = ? AND gateway_id <> ?
                """)
                .params(namespace.value(), endpoint.value(), self)
                .query((row, number) -> new Counted(
                        JSON.readValue(row.getString("counters"), Counters.class),
                        Arrays.asList(JSON.readValue(row.getString("recent"), Step[].class))))
                .list();
    }
}
