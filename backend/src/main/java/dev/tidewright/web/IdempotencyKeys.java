package dev.tidewright.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.web.util.ContentCachingResponseWrapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table of keys and the answers that were given. Used inside the transaction of the filter. */
@Component
class IdempotencyKeys {

    private static final List<String> KEPT_HEADERS = List.of(HttpHeaders.LOCATION, HttpHeaders.ETAG);
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final InstantSource clock;
    private final WebSettings settings;

    IdempotencyKeys(JdbcClient jdbc, JsonMapper json, InstantSource clock, WebSettings settings) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
        this.settings = settings;
    }

    /** A keyed request. */
    record Call(String caller, String key, String target, byte[] body) {

        byte[] hash() {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                digest.update(target.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                return digest.digest(body);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /** False when the key was used before; waits for a request with the same key that is under way. */
    boolean begin(Call call) {
        var now = clock.instant();
        forgetOld(call, now.minus(settings.keepAnswers()));
        return jdbc.sql("""
                INSERT INTO idempotency_key
                    (caller, key, request_hash, status, content_type, headers, body, created_at)
                VALUES (?, ?, ?, 0, '', '{}', '', ?) ON CONFLICT DO NOTHING
                """)
                        .params(call.caller(), call.key(), call.hash(), Timestamp.from(now))
                        .update()
                == 1;
    }

    /** Every keyed request also sweeps away a few old answers, so that nothing else has to. */
    private void forgetOld(Call call, Instant before) {
        jdbc.sql("""
                DELETE FROM idempotency_key WHERE created_at < :before AND ((caller = :caller AND key = :key)
                    OR (caller, key) IN (SELECT caller, key FROM idempotency_key WHERE created_at < :before
                        ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED))
                """)
                .param("before", Timestamp.from(before))
                .param("caller", call.caller())
                .param("key", call.key())
                .update();
    }

    void finish(Call call, ContentCachingResponseWrapper response) {
        var headers = new LinkedHashMap<String, String>();
        for (var name : KEPT_HEADERS) {
            var value = response.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        var type = response.getContentType();
        jdbc.sql("""
                UPDATE idempotency_key SET status = ?, content_type = ?, headers = CAST(? AS jsonb), body = ?
                WHERE caller = ? AND key = ?
                """)
                .params(
                        response.getStatus(),
                        type == null ? "" : type,
                        json.writeValueAsString(headers),
                        response.getContentAsByteArray(),
                        call.caller(),
                        call.key())
                .update();
    }

    /** Writes the first answer; false when the first request was another one. */
    boolean replay(Call call, ContentCachingResponseWrapper response) throws IOException {
        var first = jdbc.sql("SELECT * FROM idempotency_key WHERE caller = ? AND key = ?")
                .params(call.caller(), call.key())
                .query((row, number) -> new Answer(
                        row.getBytes("request_hash"),
                        row.getInt("status"),
                        row.getString("content_type"),
                        json.readValue(row.getString("headers"), HEADERS),
                        row.getBytes("body")))
                .single();
        if (!MessageDigest.isEqual(first.hash(), call.hash())) {
            return false;
        }
        response.setStatus(first.status());
        if (!first.contentType().isEmpty()) {
            response.setContentType(first.contentType());
        }
        first.headers().forEach(response::setHeader);
        response.setHeader("Idempotent-Replay", "true");
        response.getOutputStream().write(first.body());
        return true;
    }

    private record Answer(byte[] hash, int status, String contentType, Map<String, String> headers, byte[] body) {}
}
