package dev.tidewright.gateway;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What a request addresses. Nothing is decoded or tidied: the first two segments are compared as they stand, and what
 * follows goes to the replica byte by byte, so that gateway and replica cannot understand a path differently.
 *
 * @param key {@code namespace/endpoint}, as in {@link RouteTable}
 * @param rest path after the endpoint's name, with the query; begins with a slash
 */
record Call(String key, String rest) {

    /** Null where no endpoint can be meant. */
    static @Nullable Call of(String uri) {
        var path = origin(uri);
        if (path.isEmpty() || path.charAt(0) != '/') {
            return null;
        }
        var slash = path.indexOf('/', 1);
        if (slash <= 1) {
            return null;
        }
        var end = slash + 1;
        while (end < path.length() && path.charAt(end) != '/' && path.charAt(end) != '?' && path.charAt(end) != '#') {
            end++;
        }
        if (end == slash + 1) {
            return null;
        }
        var rest = path.substring(end);
        return new Call(path.substring(1, end), rest.startsWith("/") ? rest : "/" + rest);
    }

    /** The namespace, or null when it is none that could exist. */
    @Nullable
    Name namespace() {
        try {
            var slash = key.indexOf('/');
            Name.of(key.substring(slash + 1));
            return Name.of(key.substring(0, slash));
        } catch (Refusal.Invalid impossible) {
            return null;
        }
    }

    /** Servers must also take {@code GET http://host/path} (RFC 9112 §3.2.2). */
    private static String origin(String uri) {
        if (!uri.startsWith("http://") && !uri.startsWith("https://")) {
            return uri;
        }
        var path = uri.indexOf('/', uri.indexOf("//") + 2);
        return path < 0 ? "/" : uri.substring(path);
    }
}
