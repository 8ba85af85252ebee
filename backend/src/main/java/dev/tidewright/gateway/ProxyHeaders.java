package dev.tidewright.gateway;

import dev.tidewright.tenancy.Authentications;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which header fields pass, and which are added (RFC 9110 §7.6). What a caller shows to the platform never reaches user
 * code: not its token, and not the dashboard's cookie, which a browser sends to every port of a host.
 */
final class ProxyHeaders {

    static final String REQUEST_ID = "X-Request-Id";
    static final String REVISION = "X-Serving-Revision";
    private static final String TOKEN = "X-Tidewright-Token";
    private static final String AUTHORIZATION = "Authorization";
    private static final String COOKIE = "Cookie";
    private static final String SET_COOKIE = "Set-Cookie";
    /** It would sign callers out of the dashboard: cookies belong to a host, not to a port. */
    private static final String CLEAR_SITE_DATA = "Clear-Site-Data";

    /** Of persons and of workloads, however they are dressed. */
    private static final Pattern OUR_TOKEN = Pattern.compile("(?<![A-Za-z0-9_-])tww?[_.]");

    /** Meant for the next hop only, or settled by the gateway itself. */
    private static final Set<String> HOP_BY_HOP = ignoringCase(
            "Connection",
            "Expect",
            "Keep-Alive",
            "Proxy-Authenticate",
            "Proxy-Authorization",
            "Proxy-Connection",
            "HTTP2-Settings",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade");

    /** Never dropped because a Connection field names them: framing and addressing are the gateway's business. */
    private static final Set<String> END_TO_END = ignoringCase("Content-Length", "Host", "close", "keep-alive");

    private static final Pattern REQUEST_ID_FORM = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private ProxyHeaders() {}

    /** The caller's own request id, when it is a reasonable one, else a new one. */
    static String requestId(HttpServerRequest request) {
        var given = request.getHeader(REQUEST_ID);
        if (given != null && REQUEST_ID_FORM.matcher(given).matches()) {
            return given;
        }
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }

    /** The bearer token that the caller shows to the platform, from either field. */
    static @Nullable String token(HttpServerRequest request) {
        var own = request.getHeader(TOKEN);
        if (own != null && !own.isBlank()) {
            return own.strip();
        }
        var given = request.getHeader(AUTHORIZATION);
        if (given == null || !given.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return null;
        }
        var token = given.substring(7).strip();
        return token.isEmpty() ? null : token;
    }

    /** {@code open} endpoints may have an authorization of their own. */
    static void toReplica(HttpServerRequest request, MultiMap out, String requestId, boolean open) {
        var in = request.headers();
        var named = namedByConnection(in);
        for (var field : in) {
            var name = field.getKey();
            if (!HOP_BY_HOP.contains(name)
                    && !named.contains(name)
                    && !TOKEN.equalsIgnoreCase(name)
                    && !COOKIE.equalsIgnoreCase(name)
                    && !(AUTHORIZATION.equalsIgnoreCase(name) && (!open || isOurs(field.getValue())))) {
                out.add(name, field.getValue());
            }
        }
        var cookies = in.getAll(COOKIE).stream()
                .flatMap(value -> Arrays.stream(value.split(";", -1)))
                .map(String::strip)
                .filter(cookie -> !cookie.isEmpty() && !isOurCookie(cookie))
                .collect(Collectors.joining("; "));
        if (!cookies.isEmpty()) {
            out.set(COOKIE, cookies);
        }
        var peer = request.remoteAddress();
        var caller = peer == null ? "unknown" : peer.hostAddress();
        var before = in.getAll("X-Forwarded-For");
        out.set("X-Forwarded-For", before.isEmpty() ? caller : String.join(", ", before) + ", " + caller);
        if (!in.contains("X-Forwarded-Proto")) {
            out.set("X-Forwarded-Proto", "http");
        }
        var host = in.get("Host");
        if (host != null && !in.contains("X-Forwarded-Host")) {
            out.set("X-Forwarded-Host", host);
        }
        out.set(REQUEST_ID, requestId);
    }

    static void toCaller(MultiMap in, MultiMap out, String requestId, int revision) {
        var named = namedByConnection(in);
        for (var field : in) {
            if (!HOP_BY_HOP.contains(field.getKey())
                    && !named.contains(field.getKey())
                    && !CLEAR_SITE_DATA.equalsIgnoreCase(field.getKey())
                    && !(SET_COOKIE.equalsIgnoreCase(field.getKey()) && isOurCookie(field.getValue()))) {
                out.add(field.getKey(), field.getValue());
            }
        }
        out.set(REQUEST_ID, requestId);
        out.set(REVISION, String.valueOf(revision));
    }

    private static boolean isOurs(String authorization) {
        return OUR_TOKEN.matcher(authorization).find();
    }

    private static boolean isOurCookie(String cookie) {
        var prefix = Authentications.SESSION_COOKIE;
        var name = cookie.strip();
        return name.regionMatches(true, name.startsWith("\"") ? 1 : 0, prefix, 0, prefix.length());
    }

    private static Set<String> namedByConnection(MultiMap in) {
        var values = in.getAll("Connection");
        if (values.isEmpty()) {
            return Set.of();
        }
        var named = ignoringCase();
        for (var value : values) {
            for (var name : value.split(",", -1)) {
                if (!END_TO_END.contains(name.strip())) {
                    named.add(name.strip());
                }
            }
        }
        return named.isEmpty() ? Set.of() : named;
    }

    private static Set<String> ignoringCase(String... names) {
        var set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(Arrays.asList(names));
        return set;
    }
}
